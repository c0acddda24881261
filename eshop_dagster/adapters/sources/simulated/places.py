"""Brazil for the simulated shop: states with their share and distance, cities with postal and dialling codes."""

import numpy as np

from eshop_dagster.adapters.sources.simulated.randomness import Array, cumulative

_STATES = """
AC  0.0815 -9.97 -67.81  Rio Branco:70:69900-69919:68, Cruzeiro do Sul:6:69980-69981:68
AL  0.4153 -9.65 -35.73  Maceió:247:57010-57085:82, Arapiraca:29:57300-57313:82
AM  0.1488 -3.10 -60.02  Manaus:140:69010-69098:92, Humaitá:4:69800-69801:97
AP  0.0684  0.03 -51.07  Macapá:54:68900-68909:96, Santana:9:68925-68928:96
BA  3.3990 -12.97 -38.51 Salvador:1245:40055-41925:71, Feira de Santana:185:44001-44092:75, Vitória da Conquista:92:45000-45078:77, Lauro de Freitas:75:42700-42739:71
CE  1.3435 -3.72 -38.54  Fortaleza:654:60040-60871:85, Sobral:36:62010-62053:88, Caucaia:35:61600-61658:85
DF  2.1520 -15.78 -47.93 Brasília:2131:70236-73340:61
ES  2.0444 -20.32 -40.34 Vitória:379:29015-29092:27, Vila Velha:334:29100-29127:27, Serra:285:29160-29182:27, Cariacica:139:29140-29157:27
GO  2.0314 -16.68 -49.25 Goiânia:692:74020-74885:62, Anápolis:113:75023-75143:62, Aparecida de Goiânia:110:74905-74987:62, Rio Verde:66:75901-75912:64
MA  0.7512 -2.53 -44.30  São Luís:353:65020-65085:98, Imperatriz:40:65900-65919:99
MG 11.7004 -19.92 -43.94 Belo Horizonte:2773:30130-31950:31, Juiz de Fora:427:36010-36090:32, Contagem:426:32013-32371:31, Uberlândia:374:38400-38415:34, Montes Claros:211:39400-39406:38, Betim:203:32600-32685:31
MS  0.7190 -20.44 -54.65 Campo Grande:320:79002-79117:67, Dourados:64:79802-79841:67
MT  0.9121 -15.60 -56.10 Cuiabá:248:78005-78098:65, Rondonópolis:65:78700-78750:66, Sinop:46:78550-78557:66
PA  0.9805 -1.46 -48.50  Belém:443:66020-66831:91, Ananindeua:88:67013-67145:91, Santarém:44:68005-68040:93
PB  0.5390 -7.12 -34.86  João Pessoa:256:58010-58085:83, Campina Grande:68:58400-58434:83
PE  1.6613 -8.05 -34.88  Recife:613:50020-52171:81, Jaboatão dos Guararapes:135:54070-54460:81, Olinda:93:53020-53370:81, Petrolina:65:56302-56332:87
PI  0.4978 -5.09 -42.80  Teresina:281:64001-64086:86, Parnaíba:23:64200-64218:86
PR  5.0734 -25.43 -49.27 Curitiba:1521:80020-82930:41, Londrina:306:86010-86088:43, Maringá:271:87005-87083:44, Cascavel:148:85801-85819:45
RJ 12.9242 -22.91 -43.17 Rio de Janeiro:6882:20040-23550:21, Niterói:849:24020-24360:21, Nova Iguaçu:442:26010-26296:21, São Gonçalo:409:24412-24756:21, Duque de Caxias:266:25015-25271:21, Petrópolis:240:25615-25750:24
RN  0.4877 -5.79 -35.21  Natal:207:59012-59133:84, Parnamirim:59:59140-59158:84, Mossoró:37:59600-59631:84
RO  0.2544 -8.76 -63.90  Porto Velho:113:76801-76829:69, Ji-Paraná:17:76900-76913:69
RR  0.0463  2.82 -60.67  Boa Vista:45:69301-69317:95
RS  5.4967 -30.03 -51.23 Porto Alegre:1379:90010-91910:51, Caxias do Sul:224:95010-95112:54, Canoas:210:92010-92440:51, Santa Maria:194:97010-97110:55
SC  3.6574 -27.60 -48.55 Florianópolis:570:88010-88090:48, Joinville:264:89201-89237:47, Blumenau:188:89010-89074:47, São José:169:88101-88122:48
SE  0.3520 -10.91 -37.07 Aracaju:225:49009-49097:79, Itabaiana:16:49500-49509:79
SP 41.9807 -23.55 -46.63 São Paulo:15540:01203-08370:11, Campinas:1444:13012-13100:19, Guarulhos:1189:07020-07270:11, São Bernardo do Campo:938:09616-09895:11, Santo André:796:09015-09290:11, Osasco:746:06018-06290:11, Santos:713:11013-11090:13, São José dos Campos:691:12210-12248:12, Sorocaba:633:18013-18108:15, Jundiaí:565:13201-13219:11, Ribeirão Preto:510:14010-14096:16
TO  0.2816 -10.18 -48.33 Palmas:91:77001-77062:63, Araguaína:41:77803-77827:63
"""  # noqa: E501
"""State, share of orders in per cent, latitude and longitude of its capital, cities as
name:weight:postal codes:dialling code. Shares and weights are the counts of the Olist set (2016 to 2018)."""

_NORTH_AND_NORTHEAST = frozenset(
    ("AC", "AL", "AM", "AP", "BA", "CE", "MA", "PA", "PB", "PE", "PI", "RN", "RO", "RR", "SE", "TO")
)

_SELLER_SHARE = {"SP": 59.7, "PR": 11.3, "MG": 7.9, "SC": 6.1, "RJ": 5.5, "RS": 4.2, "GO": 2.2, "PE": 1.6, "BA": 1.5}


class Places:
    """States and cities as arrays; a place is a position in them.

    Attributes:
        state_codes: shape (27,).
        state_share: cumulative share of customers by state; `wave_share` that of the North and Northeast alone.
        seller_share: cumulative share of sellers by state.
        distance_km: shape (27, 27), great circle between capitals; 0 within a state.
        city_names: shape (m,), cities of all states in state order.
        city_zip_low: shape (m,), first five digits of the lowest postal code; `city_zip_span` counts them.
        city_dialling_code: shape (m,).
    """

    def __init__(self) -> None:
        rows = [line.split(maxsplit=4) for line in _STATES.strip().splitlines()]
        self.state_codes = [row[0] for row in rows]
        share = np.array([float(row[1]) for row in rows])
        self.state_share = cumulative(share)
        is_wave = np.array([code in _NORTH_AND_NORTHEAST for code in self.state_codes])
        self.wave_share = cumulative(np.where(is_wave, share, 0.0))
        self.seller_share = cumulative(np.array([_SELLER_SHARE.get(code, 0.0) for code in self.state_codes]))
        self.distance_km = _great_circle_km(np.array([[float(row[2]), float(row[3])] for row in rows]))
        cities = [[city.strip().split(":") for city in row[4].split(",")] for row in rows]
        self._city_start = np.cumsum([0] + [len(group) for group in cities[:-1]])
        # Cumulative weights shifted by the state's number: one search finds the city within the state.
        self._city_limit = np.concatenate(
            [cumulative(np.array([float(city[1]) for city in group])) + at for at, group in enumerate(cities)]
        )
        flat = [city for group in cities for city in group]
        self.city_names = [city[0] for city in flat]
        low, high = (np.array([int(city[2].split("-")[side]) for city in flat]) for side in (0, 1))
        self.city_zip_low, self.city_zip_span = low, high - low + 1
        self.city_dialling_code = np.array([int(city[3]) for city in flat])

    def city_of(self, state: Array, uniform: Array) -> Array:
        """Return a city of each state, drawn by weight with `uniform` in [0, 1)."""
        return np.searchsorted(self._city_limit, state + np.minimum(uniform, 1 - 1e-9), side="right")


def _great_circle_km(degrees: Array) -> Array:
    latitude, longitude = np.radians(degrees).T
    half = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    kilometres: Array = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return kilometres
