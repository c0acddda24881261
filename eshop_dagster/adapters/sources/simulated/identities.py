"""Who the customers say they are: names, e-mail addresses, CPF numbers, telephones. Nobody of them exists."""

import unicodedata
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.sources.simulated.columns import chosen_text, fixed_text
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice

MAIL_DOMAIN = "example.com.br"


def _words(text: str) -> list[str]:
    return text.split()


_FIRST_NAMES = _words("""
Maria José Ana João Antônio Francisca Carlos Paulo Pedro Lucas Luiz Marcos Adriana Juliana Márcia Fernanda Patrícia
Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia
Beatriz Rita Luana Sônia Renata Eliane Gabriel Rafael Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Manoel
Mateus André Fernando Fábio Leonardo Gustavo Guilherme Leandro Tiago Anderson Ricardo Márcio Jorge Sebastião Alexandre
Roberto Edson Diego Vítor Sérgio Cláudio Thaís Simone Cristina Helena Alice Laura Sophia Isabela Miguel Arthur Heitor
Bernardo Davi Lorenzo Theo Nicolas Caio Murilo Otávio Igor Renan Iara Jaciara Moacir Ubirajara Conceição Aparecida
Terezinha Lurdes Benedito Severino
""")

_SURNAMES = _words("""
Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes
Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso
Ramos Gonçalves Santana Teixeira Araújo Melo Barros Pinto Correia Cavalcanti Moura Campos Batista Monteiro Borges
Castro Azevedo Cunha Duarte Nogueira Farias Miranda Guimarães Coelho Peixoto Tavares Figueiredo Sales Pires Xavier
Rezende Queiroz Brito Bezerra Siqueira Macedo Amaral Fonseca Bastos Lacerda Leal Sampaio Medeiros Assunção Prado
Toledo Vasconcelos Novaes Paiva Yamamoto Tanaka Schmidt Müller Rossi Bianchi Haddad Nakamura Becker Ferrari Zanetti
Quadros Valente Serrano
""")

_CPF_STEP = 387_420_489
"""Coprime to 10**9, so that numbers do not repeat within a thousand million customers."""


@cache
def _without_accents() -> tuple[list[str], list[str]]:
    first, last = (
        [unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in names]
        for names in (_FIRST_NAMES, _SURNAMES)
    )
    return first, last


class Identities:
    """Direct identifiers by customer: the same for ever, wherever the customer moves."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._cpf_offset = int(dice.bits("identity/cpf", np.zeros(1, dtype=np.int64))[0] % np.uint64(10**9))

    def names_and_emails(self, customer: Array) -> tuple[pa.Array, pa.Array]:
        """Return full names and e-mail addresses; the address holds the customer's number and is unique."""
        dice = self._dice
        # Squared draws make the first names of the lists the common ones.
        first = (dice.uniform("identity/first", customer) ** 2 * len(_FIRST_NAMES)).astype(np.int64)
        middle = (dice.uniform("identity/middle", customer) ** 2 * len(_SURNAMES)).astype(np.int64)
        last = (dice.uniform("identity/last", customer) ** 2 * len(_SURNAMES)).astype(np.int64)
        names = pc.binary_join_element_wise(
            *(chosen_text(_FIRST_NAMES, first), chosen_text(_SURNAMES, middle), chosen_text(_SURNAMES, last)), " "
        )
        plain_first, plain_last = _without_accents()
        account = pc.binary_join_element_wise(chosen_text(plain_first, first), chosen_text(plain_last, last), ".")
        number = fixed_text((customer, 8), f"@{MAIL_DOMAIN}")
        return names, pc.binary_join_element_wise(account, number, "")

    def cpfs(self, customer: Array) -> pa.Array:
        """Return tax numbers NNN.NNN.NNN-DD with right check digits."""
        base = (customer * _CPF_STEP + self._cpf_offset) % 10**9
        digits = [(base // 10**place) % 10 for place in range(8, -1, -1)]
        for length in (9, 10):
            total = sum(digit * weight for digit, weight in zip(digits, range(length + 1, 1, -1), strict=True))
            digits.append((11 - total % 11) % 11 % 10)
        groups = [base // 10**6, base // 10**3 % 1000, base % 1000, digits[9] * 10 + digits[10]]
        return fixed_text((groups[0], 3), ".", (groups[1], 3), ".", (groups[2], 3), "-", (groups[3], 2))

    def phones(self, customer: Array, dialling_code: Array) -> pa.Array:
        """Return mobile numbers +55 DD 9XXXX-XXXX."""
        number = self._dice.below("identity/phone", customer, 10**8)
        return fixed_text("+55 ", (dialling_code, 2), " 9", (number // 10**4, 4), "-", (number % 10**4, 4))
