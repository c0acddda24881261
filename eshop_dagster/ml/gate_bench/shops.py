"""The shops of the gate's benchmark: those that the rule was chosen by, and others that it is tried on."""

from dataclasses import dataclass
from datetime import date, timedelta

from eshop_dagster.ml.parameters import require

PARETO_NBD, REGULAR, SPELLS = PROCESSES = ("pareto_nbd", "regular", "spells")
LOGNORMAL, GAMMA_GAMMA = TAILS = ("lognormal", "gamma_gamma")


@dataclass(frozen=True)
class ShopSpec:
    """How the customers of a made-up shop arrive, buy, pay and leave.

    Attributes:
        name: of the shop; seeds its draws together with the benchmark's seed.
        customers: who have ordered by the end of the history.
        days: length of the history; the truth of its last origin is simulated on from there.
        first_day: the first business day, which places the history in the year.
        process: `pareto_nbd` (orders at random times, at a rate of each customer's own, until they leave for good),
            `regular` (gaps of nearly one length) or `spells` (pauses from which customers come back).
        orders_a_year: mean rate of a customer who is there.
        rate_shape: of the gamma distribution of rates; lower is more unequal, `inf` is equal.
        life_days: mean time until a customer leaves; `inf` is never.
        regularity: of `regular`: shape of the gamma distribution of gaps; `inf` is exact.
        pause_share: of `spells`: share of gaps that hold a pause.
        pause_days: of `spells`: its mean length.
        tail: `lognormal` tickets, or `gamma_gamma`, whose customers' means have a power tail.
        ticket_brl: median (lognormal) or typical (gamma_gamma) ticket.
        ticket_spread: standard deviation of the logarithm of customers' mean tickets.
        basket_spread: that of a customer's tickets around their mean.
        tail_shape: of `gamma_gamma`: q; the closer to 1 the heavier the tail.
        wholesale_share: customers who buy four times as often and pay thirty times as much.
        opening_share: customers who arrive in the first sixty days.
        arrivals_a_year: factor by which arrivals grow in a year.
        demand_a_year: factor by which everybody's rate grows in a year.
        december: factor of demand in the five weeks before Christmas.
        cohort_a_year: factor of the rate of customers who arrive a year later.
        shock_day: day of the history on which demand and prices change; None is never.
        shock_demand: factor of rates from then on.
        shock_price: factor of tickets from then on.
        origin_days: days between two trainings.
    """

    name: str
    customers: int = 2000
    days: int = 540
    first_day: date = date(2023, 3, 1)
    process: str = PARETO_NBD
    orders_a_year: float = 6.0
    rate_shape: float = 1.0
    life_days: float = 500.0
    regularity: float = 6.0
    pause_share: float = 0.25
    pause_days: float = 150.0
    tail: str = LOGNORMAL
    ticket_brl: float = 120.0
    ticket_spread: float = 0.5
    basket_spread: float = 0.5
    tail_shape: float = 2.5
    wholesale_share: float = 0.0
    opening_share: float = 0.3
    arrivals_a_year: float = 1.0
    demand_a_year: float = 1.0
    december: float = 1.0
    cohort_a_year: float = 1.0
    shock_day: int | None = None
    shock_demand: float = 1.0
    shock_price: float = 1.0
    origin_days: int = 30

    def __post_init__(self) -> None:
        require(self.process in PROCESSES, "ShopSpec.process", self.process, f"one of {', '.join(PROCESSES)}")
        require(self.tail in TAILS, "ShopSpec.tail", self.tail, f"one of {', '.join(TAILS)}")
        require(self.customers >= 1, "ShopSpec.customers", self.customers, "1 or more")

    def day(self, number: int) -> date:
        """Return the business day so many days after the first."""
        return self.first_day + timedelta(days=number)


DESIGN = (
    ShopSpec("office supplies", customers=800, days=600, process=REGULAR, orders_a_year=10.0, origin_days=60),
    ShopSpec("corner shop", customers=2000, days=540, december=1.5),
    ShopSpec("gamma-gamma tail", customers=3000, days=420, tail=GAMMA_GAMMA, tail_shape=1.6, life_days=300.0),
    ShopSpec(
        "wholesaler",
        customers=1200,
        days=720,
        first_day=date(2022, 12, 1),
        wholesale_share=0.03,
        ticket_spread=0.9,
        origin_days=60,
    ),
    ShopSpec("rare buyers", customers=5000, days=480, orders_a_year=0.5, rate_shape=0.5, life_days=250.0),
    ShopSpec(
        "toys",
        customers=2500,
        days=900,
        first_day=date(2021, 9, 1),
        december=3.0,
        orders_a_year=3.0,
        origin_days=60,
    ),
    ShopSpec("young and growing", customers=1500, days=270, arrivals_a_year=4.0, opening_share=0.1, orders_a_year=8.0),
    ShopSpec("falling cohorts", customers=3500, days=510, cohort_a_year=0.4, first_day=date(2022, 6, 1)),
    ShopSpec("price shock", customers=2000, days=480, shock_day=330, shock_demand=0.6, shock_price=1.6),
    ShopSpec("seasonal guests", customers=1000, days=570, process=SPELLS, orders_a_year=12.0, origin_days=60),
)
"""Shops by which the rule was chosen; the quickest one first."""

TEST = (
    ShopSpec("small and steady", customers=500, days=720, process=REGULAR, regularity=12.0, origin_days=60),
    ShopSpec("apparel", customers=2800, days=630, december=2.0, cohort_a_year=0.7, tail=GAMMA_GAMMA, tail_shape=3.0),
    ShopSpec(
        "parts dealer",
        customers=900,
        days=660,
        first_day=date(2022, 5, 1),
        process=REGULAR,
        wholesale_share=0.05,
        orders_a_year=7.0,
        origin_days=60,
    ),
    ShopSpec("market place", customers=5000, days=390, orders_a_year=0.8, rate_shape=0.4, life_days=200.0),
    ShopSpec(
        "garden centre",
        customers=1800,
        days=840,
        first_day=date(2021, 11, 1),
        process=SPELLS,
        pause_share=0.4,
        pause_days=220.0,
        orders_a_year=9.0,
        december=0.6,
        origin_days=60,
    ),
    ShopSpec("first year", customers=1300, days=300, arrivals_a_year=3.0, opening_share=0.15, ticket_spread=0.8),
    ShopSpec(
        "sinking demand", customers=2200, days=540, demand_a_year=0.5, process=SPELLS, orders_a_year=10.0, december=1.4
    ),
    ShopSpec(
        "demand shock",
        customers=1600,
        days=510,
        first_day=date(2022, 9, 1),
        shock_day=400,
        shock_demand=1.8,
        shock_price=0.8,
        process=REGULAR,
    ),
    ShopSpec(
        "heavy tail",
        customers=2400,
        days=450,
        tail=GAMMA_GAMMA,
        tail_shape=1.3,
        basket_spread=0.8,
        arrivals_a_year=0.5,
        orders_a_year=4.0,
    ),
    ShopSpec("feast days", customers=3200, days=450, first_day=date(2022, 8, 1), december=4.0, demand_a_year=1.3),
)
"""Shops that had no say in the rule; the quickest one first."""

SETS = {"design": DESIGN, "test": TEST}
