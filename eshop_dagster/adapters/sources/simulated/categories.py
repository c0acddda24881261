"""What the simulated shop's products are: categories with their popularity, prices and weights."""

from typing import NamedTuple


class Category(NamedTuple):
    """One category; `noun` is what its products are called."""

    name: str
    name_english: str
    popularity: float
    median_price_brl: float
    median_weight_kg: float
    noun: str


CATEGORIES = (
    Category("cama_mesa_banho", "bed_bath_table", 111, 79, 1.3, "Jogo de Cama"),
    Category("beleza_saude", "health_beauty", 97, 80, 0.4, "Sérum Facial"),
    Category("esporte_lazer", "sports_leisure", 86, 78, 0.7, "Tênis de Corrida"),
    Category("moveis_decoracao", "furniture_decor", 83, 66, 1.3, "Luminária"),
    Category("informatica_acessorios", "computers_accessories", 78, 82, 0.3, "Teclado"),
    Category("utilidades_domesticas", "housewares", 70, 60, 1.2, "Jogo de Panelas"),
    Category("relogios_presentes", "watches_gifts", 60, 129, 0.35, "Relógio"),
    Category("telefonia", "telephony", 45, 35, 0.2, "Capa de Celular"),
    Category("ferramentas_jardim", "garden_tools", 43, 60, 1.6, "Mangueira"),
    Category("automotivo", "auto", 42, 85, 0.9, "Tapete Automotivo"),
    Category("brinquedos", "toys", 41, 80, 0.8, "Blocos de Montar"),
    Category("cool_stuff", "cool_stuff", 38, 130, 1.4, "Caneca Térmica"),
    Category("perfumaria", "perfumery", 34, 85, 0.4, "Perfume"),
    Category("bebes", "baby", 31, 78, 0.7, "Andador"),
    Category("eletronicos", "electronics", 28, 60, 0.2, "Fone de Ouvido"),
    Category("papelaria", "stationery", 25, 50, 1.0, "Caderno"),
    Category("fashion_bolsas_e_acessorios", "fashion_bags_accessories", 20, 49, 0.2, "Bolsa"),
    Category("pet_shop", "pet_shop", 19, 90, 0.9, "Ração"),
    Category("moveis_escritorio", "office_furniture", 17, 145, 10.9, "Cadeira"),
    Category("fashion_roupas", "fashion_clothing", 12, 62, 0.4, "Camisa"),
    Category("consoles_games", "consoles_games", 11, 120, 0.25, "Controle"),
    Category("malas_acessorios", "luggage_accessories", 11, 100, 1.2, "Mala de Viagem"),
    Category("construcao_ferramentas", "construction_tools", 10, 89, 1.2, "Furadeira"),
    Category("eletrodomesticos", "home_appliances", 8, 190, 4.8, "Cafeteira"),
    Category("fashion_calcados", "fashion_shoes", 8, 77, 0.8, "Sapato"),
    Category("instrumentos_musicais", "musical_instruments", 7, 95, 0.8, "Violão"),
    Category("eletroportateis", "small_appliances", 7, 99, 1.1, "Liquidificador"),
    Category("casa_construcao", "home_construction", 6, 95, 0.9, "Torneira"),
    Category("livros_interesse_geral", "books_general_interest", 6, 45, 0.5, "Romance"),
    Category("alimentos", "food", 5, 49, 0.4, "Café em Grãos"),
    Category("moveis_sala", "furniture_living_room", 5, 180, 7.5, "Mesa de Centro"),
    Category("casa_conforto", "home_comfort", 4, 90, 1.8, "Almofada"),
    Category("bebidas", "drinks", 4, 47, 0.9, "Vinho Tinto"),
    Category("audio", "audio", 4, 89, 0.4, "Caixa de Som"),
    Category("iluminacao", "lighting", 3, 104, 1.0, "Pendente"),
    Category("climatizacao", "air_conditioning", 3, 140, 2.9, "Ventilador"),
    Category("moveis_cozinha", "kitchen_furniture", 3, 160, 6.5, "Armário"),
    Category("livros_tecnicos", "books_technical", 3, 58, 0.8, "Manual Técnico"),
    Category("artes", "art", 2, 98, 1.7, "Kit de Pintura"),
    Category("agro_industria_e_comercio", "agro_industry_and_commerce", 2, 150, 2.6, "Pulverizador"),
)
"""In thousandths of the orders, after the Olist set."""
