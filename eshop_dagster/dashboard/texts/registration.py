"""Texts of the registration form."""

TEXTS: dict[str, tuple[str, str]] = {
    "registration.lead": (
        "Um cliente novo e seu primeiro pedido na loja simulada; a próxima execução os traz para os painéis.",
        "A new customer and a first order in the simulated shop; the next run brings them to the dashboards.",
    ),
    "registration.privacy": (
        "Nome, e-mail, CPF e telefone vão direto para o cofre cifrado; todo o resto da plataforma só conhece um "
        "pseudônimo.",
        "Name, e-mail, CPF and phone go straight to the encrypted vault; the rest of the platform knows a pseudonym "
        "only.",
    ),
    "registration.closed": (
        "Esta base não vem da loja simulada: clientes e pedidos são cadastrados no sistema de onde ela vem.",
        "This home is not filled from the simulated shop: customers and orders are registered where it comes from.",
    ),
    "registration.no_vault": (
        "O cofre de dados pessoais não pode ser aberto por este painel; nada foi guardado.",
        "This dashboard cannot open the vault of personal data; nothing was kept.",
    ),
    "registration.person": ("Cliente", "Customer"),
    "registration.order": ("Pedido", "Order"),
    "registration.name": ("Nome completo", "Full name"),
    "registration.email": ("E-mail", "E-mail"),
    "registration.cpf": ("CPF", "CPF"),
    "registration.phone": ("Telefone com DDD", "Phone with dialling code"),
    "registration.zip_prefix": ("CEP", "CEP (postal code)"),
    "registration.city": ("Cidade", "City"),
    "registration.state": ("Estado", "State"),
    "registration.consent_marketing": (
        "Aceita receber ofertas (consentimento LGPD)",
        "Agrees to be sent offers (LGPD consent)",
    ),
    "registration.channel": ("Canal", "Channel"),
    "registration.category": ("Categoria do produto", "Product category"),
    "registration.product": ("Produto {number}", "Product {number}"),
    "registration.no_product": ("Nenhum", "None"),
    "registration.product_option": ("{name} · {price}", "{name} · {price}"),
    "registration.quantity": ("Quantidade {number}", "Quantity {number}"),
    "registration.method": ("Pagamento", "Payment"),
    "registration.installments": ("Parcelas", "Instalments"),
    "registration.submit": ("Cadastrar", "Register"),
    "registration.done": (
        "Cadastrado: cliente {customer}, pedido {order}, no dia {day} da loja. Aparece nos painéis depois da próxima "
        "execução (`eshop run`).",
        "Registered: customer {customer}, order {order}, on the shop's day {day}. It appears after the next run "
        "(`eshop run`).",
    ),
    "registration.refused": ("Nada foi guardado. Corrija:", "Nothing was kept. Please correct:"),
    "method.pix": ("Pix", "Pix"),
    "method.credit_card": ("Cartão de crédito", "Credit card"),
    "method.debit_card": ("Cartão de débito", "Debit card"),
    "method.boleto": ("Boleto", "Boleto"),
    "method.voucher": ("Vale", "Voucher"),
    "problem.name": ("Nome: de 2 a 120 letras.", "Name: 2 to 120 letters."),
    "problem.email": ("E-mail: algo como conta@dominio.com.br.", "E-mail: such as account@domain.com."),
    "problem.cpf": (
        "CPF: 11 dígitos com os dois verificadores corretos.",
        "CPF: 11 digits, the two check digits right.",
    ),
    "problem.cpf_known": (
        "CPF: esta pessoa já foi cadastrada por aqui.",
        "CPF: this person was registered here before.",
    ),
    "problem.phone": ("Telefone: DDD e número, como (11) 91234-5678.", "Phone: such as (11) 91234-5678."),
    "problem.zip_prefix": ("CEP: oito dígitos, ou os cinco primeiros.", "CEP: eight digits, or the first five."),
    "problem.zip_elsewhere": ("CEP: fica em outro estado.", "CEP: it lies in another state."),
    "problem.city": ("Cidade: de 2 a 120 letras.", "City: 2 to 120 letters."),
    "problem.state": ("Estado: um dos 27.", "State: one of the 27."),
    "problem.channel": ("Canal: site, aplicativo ou loja.", "Channel: web, app or store."),
    "problem.method": ("Pagamento: uma das formas da lista.", "Payment: one of the list."),
    "problem.installments": (
        "Parcelas: de 1 a 12, e mais de uma só no cartão de crédito.",
        "Instalments: 1 to 12, more than one by credit card only.",
    ),
    "problem.lines": ("Pedido: escolha ao menos um produto com preço.", "Order: choose at least one priced product."),
    "problem.other": ("O cadastro não foi aceito.", "The registration was refused."),
}
