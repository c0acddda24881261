"""A provider of identities by OpenID Connect: everybody who asks is the person whom the test names."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "dashboard", "known to both"


@dataclass
class Provider:
    """A running provider.

    Attributes:
        address: where it listens.
        person: the claims about the next visitor.
        asked: the questions of browsers that it sent back, by the code that it gave each.
    """

    address: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    def settings(self, dashboard: str) -> str:
        """Return the dashboard's file of settings, as docs/dashboard.md has it."""
        return f"""
[auth]
redirect_uri = "{dashboard}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT_ID}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{self.address}/.well-known/openid-configuration"
"""

    def described(self) -> dict[str, Any]:
        """Return what a client must know of the provider."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def sent_back(self, question: dict[str, str]) -> str:
        """Return where a browser goes once its person is known."""
        assert question["client_id"] == CLIENT_ID and question["response_type"] == "code"
        code = secrets.token_hex(8)
        self.asked[code] = question
        return f"{question['redirect_uri']}?{urlencode({'code': code, 'state': question['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the signed claims for a code, which counts once and for the client that asked for it."""
        question = self.asked.pop(form["code"])
        proof = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == question["code_challenge"]
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": question["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**claims, **self.person}, self.key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 600, "id_token": signed}


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """Yield a provider that runs until the block ends."""
    provider = Provider()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                question = {name: values[0] for name, values in parse_qs(place.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.sent_back(question))
                self.end_headers()
            elif place.path == "/keys":
                self._answer({"keys": [provider.key.as_dict(private=False)]})
            else:
                self._answer(provider.described())

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(provider.token({name: values[0] for name, values in parse_qs(content).items()}))

        def _answer(self, content: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        provider.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()
