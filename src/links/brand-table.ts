/** The brands that phishing imitates most, with their names and domains. */

/** Lines of `Name: words | labels or domains`; without a bar the words are the labels. `~` marks an ordinary word. */
export const TABLE = `
PayPal: paypal | paypal paypal-communication paypalobjects xoom
Amazon: amazon, amazon prime, アマゾン | amazon amazonaws audible primevideo amazonpay amazonses media-amazon ssl-images-amazon images-amazon
Apple: ~apple, icloud, apple id, itunes | apple
Microsoft: microsoft, office 365, office365, microsoft 365, onedrive, sharepoint, windows defender | microsoft microsoftonline office sharepointonline sharepoint azure xbox microsoftstore microsoftsupport
Google: google, gmail team, google play, youtube | google youtube googlemail.com withgoogle
Netflix: netflix | netflix
Facebook: facebook, ~meta, meta business, instagram, whatsapp | facebook facebookmail fb meta instagram whatsapp metamail
LinkedIn: linkedin | linkedin
DHL: dhl | dhl dhl-news dpdhl deutschepost
FedEx: fedex | fedex
UPS: ~ups | ups upsemail theupsstore
USPS: usps | usps
DPD: dpd | dpd dpdgroup dpdlocal geopost
Royal Mail: royal mail | royalmail
Evri: evri, hermes parcel | evri myhermes
PostNL: postnl | postnl
La Poste: la poste, colissimo, chronopost, mondial relay | laposte colissimo chronopost mondialrelay
Correos: correos | correos
Correios: correios | correios
Canada Post: canada post | canadapost canadapost-postescanada
Australia Post: australia post, auspost | auspost
Chase: ~chase, jpmorgan | chase jpmorgan jpmchase jpmorganchase
Wells Fargo: wells fargo | wellsfargo wellsfargoadvisors
Bank of America: bank of america, bankofamerica | bankofamerica bofa ml
Citi: citibank, ~citi | citi citibank citicards
Capital One: capital one | capitalone capitaloneshopping
American Express: american express, amex | americanexpress aexp amex
Visa: ~visa | visa
Mastercard: mastercard | mastercard
U.S. Bank: us bank, usbank | usbank
Navy Federal: navy federal | navyfederal
USAA: usaa | usaa
Barclays: barclays | barclays barclaycard barclaysus
HSBC: hsbc | hsbc
Lloyds: lloyds bank, ~lloyds | lloydsbank lloydsbanking lloyds
NatWest: natwest | natwest
Santander: santander | santander santanderbank santander-serfin gruposantander
BBVA: bbva | bbva
CaixaBank: caixabank | caixabank
Bradesco: bradesco | bradesco
Itau: itau | itau itau-unibanco
Caixa: caixa economica, caixa tem | caixa
Banco do Brasil: banco do brasil | bb
Nubank: nubank | nubank
Mercado Livre: mercado livre, mercado libre, mercado pago | mercadolivre mercadolibre mercadopago
Serasa: serasa | serasa serasaexperian experian
Livelo: livelo | livelo
Receita Federal: receita federal | gov.br
Sparkasse: sparkasse | sparkasse sparkassen-finanzgruppe sparkasse-
Volksbank: volksbank | volksbank vr vr-networld
Postbank: postbank | postbank
Commerzbank: commerzbank | commerzbank
Deutsche Bank: deutsche bank | deutsche-bank db
ING: ing diba, ing bank | ing ing-diba
Rabobank: rabobank | rabobank
ABN AMRO: abn amro | abnamro
BNP Paribas: bnp paribas | bnpparibas
Credit Agricole: credit agricole | credit-agricole ca-
Intesa Sanpaolo: intesa sanpaolo | intesasanpaolo
Poste Italiane: poste italiane, postepay | poste posteitaliane
PostFinance: postfinance | postfinance
TD Bank: td bank, td canada trust | td tdbank tdcanadatrust
Royal Bank: rbc royal bank | rbc royalbank
Scotiabank: scotiabank | scotiabank
Interac: interac | interac
SBI: state bank of india | sbi sbicard
HDFC: hdfc bank | hdfcbank hdfc
ICICI: icici bank | icicibank
SMBC: 三井住友 | smbc smbc-card vpass
Rakuten: rakuten, 楽天 | rakuten rakuten-card rakuten-sec rakuten-bank
JCB: jcb | jcb
AEON: イオンカード, イオン銀行 | aeon aeoncard aeonbank
MetaMask: metamask | metamask consensys
Ledger: ~ledger, ledger live, ledger wallet | ledger
Trezor: trezor | trezor
Coinbase: coinbase | coinbase
Binance: binance | binance
Kraken: ~kraken | kraken
Crypto.com: crypto.com | crypto.com
Trust Wallet: trust wallet, trustwallet | trustwallet
Phantom: phantom wallet | phantom
Uniswap: uniswap, opensea, walletconnect | uniswap opensea walletconnect
Blockchain.com: blockchain.com | blockchain.com
Norton: ~norton, lifelock, norton 360 | norton nortonlifelock lifelock gendigital symantec norton360
McAfee: mcafee | mcafee
Geek Squad: geek squad | geeksquad bestbuy
Best Buy: best buy | bestbuy
Walmart: walmart | walmart samsclub
Costco: costco | costco
Lowe's: ~lowe's, ~lowes | lowes
Home Depot: home depot | homedepot
Target: ~target | target
Sam's Club: sam's club | samsclub
Harbor Freight: harbor freight | harborfreight
Ace Hardware: ace hardware | acehardware
CVS: cvs pharmacy, cvs | cvs cvshealth
Walgreens: walgreens | walgreens
Kroger: ~kroger | kroger
Disney: disney plus, disney+ | disney disneyplus go disneystreaming
Spotify: spotify | spotify
Hulu: hulu | hulu hulumail
Xfinity: xfinity, comcast | xfinity comcast
AT&T: at&t | att att-mail
Verizon: verizon | verizon verizonwireless vzw
T-Mobile: t-mobile | t-mobile
Vodafone: vodafone | vodafone
Telekom: telekom | telekom t-online t-systems
IONOS: ionos, 1&1 | ionos 1und1 1and1
Orange: ~orange | orange orange-business
Telstra: telstra | telstra
BT: ~bt | bt
DocuSign: docusign | docusign docusignmail
Dropbox: dropbox, hellosign | dropbox dropboxmail hellosign dropboxsign
WeTransfer: wetransfer | wetransfer
Adobe: adobe, adobe sign, acrobat sign | adobe adobesign echosign
Zoom: ~zoom | zoom
Slack: ~slack | slack
GitHub: github | github
GoDaddy: godaddy | godaddy
Namecheap: namecheap | namecheap
Cloudflare: cloudflare | cloudflare
Squarespace: squarespace | squarespace
cPanel: cpanel | cpanel
Zimbra: zimbra | zimbra synacor
Roundcube: roundcube | roundcube
Mailchimp: mailchimp | mailchimp intuit
Intuit: intuit, quickbooks, turbotax | intuit quickbooks turbotax
Xero: xero | xero
Stripe: ~stripe | stripe
Wise: ~wise, transferwise | wise transferwise
Revolut: revolut | revolut
Western Union: western union, moneygram | westernunion moneygram
Cash App: cash app, cashapp | cash square squareup cashapp
Venmo: venmo | venmo
Zelle: zelle | zelle zellepay earlywarning
Klarna: klarna | klarna
eBay: ebay | ebay ebayinc
AliExpress: aliexpress, alibaba | aliexpress alibaba alibabacloud alibaba-inc
Temu: temu | temu temuemail
Shein: shein | shein sheinemail sheingroup
Booking.com: booking.com | booking
Airbnb: airbnb | airbnb
Steam: steam support, steam guard | steampowered valvesoftware
Roblox: roblox | roblox
PlayStation: playstation | playstation sony sonyentertainmentnetwork
Epic Games: epic games | epicgames
TikTok: tiktok | tiktok bytedance
Telegram: telegram | telegram
IRS: ~irs, internal revenue service | irs
Social Security: social security administration | ssa
HMRC: hmrc, hm revenue | hmrc gov.uk
DVLA: dvla | dvla gov.uk
TV Licensing: tv licensing | tvlicensing
Ameli: ameli, assurance maladie | ameli assurance-maladie
Impots: impots gouv | gouv.fr
myGov: mygov | my.gov.au mygov gov.au
Belastingdienst: belastingdienst | belastingdienst
DigiD: digid | digid
E-ZPass: e-zpass, ezpass, sunpass, fastrak | e-zpassny ezpass sunpass e-zpass njezpass bayareafastrak thetollroads
State Farm: state farm | statefarm
Aetna: aetna | aetna cvshealth
UnitedHealthcare: unitedhealthcare, united healthcare | uhc unitedhealthcare optum
AARP: aarp | aarp
Samsung: samsung | samsung samsungusa samsungmobileusa
Starbucks: starbucks | starbucks
McDonald's: mcdonald's, mcdonalds | mcdonalds mcd
Robinhood: robinhood | robinhood
KuCoin: kucoin, bybit, okx | kucoin bybit okx
Ripple: ripple xrp, xrp ledger | ripple xrpl
Exodus: exodus wallet, atomic wallet | exodus atomicwallet
DeWalt: dewalt | dewalt
Milwaukee: milwaukee tool, milwaukee tools | milwaukeetool
Makita: makita | makita makitatools
YETI: yeti cooler, yeti cup, ~yeti | yeti
Stanley: stanley tumbler, stanley cup winner | stanley1913
Kohl's: kohl's, kohls | kohls
Omaha Steaks: omaha steaks | omahasteaks
SiriusXM: siriusxm | siriusxm
Paramount: paramount+, paramount plus | paramountplus paramount
Fidelity: fidelity investments | fidelity
Schwab: charles schwab | schwab
Humana: humana | humana
Cigna: cigna | cigna
GEICO: geico | geico
Ticketmaster: ticketmaster | ticketmaster
KitchenAid: kitchenaid | kitchenaid whirlpool
HelloFresh: hellofresh | hellofresh
Trader Joe's: trader joe's | traderjoes
Dollar General: dollar general | dollargeneral
Dick's: dick's sporting goods | dickssportinggoods dcsg
Sephora: sephora | sephora
Marriott: marriott | marriott
United Airlines: united airlines | united
Southwest: southwest airlines | southwest iluv.southwest.com
Delta: delta airlines, delta air lines | delta
Emirates: emirates airlines | emirates
Qantas: qantas | qantas
Woolworths: woolworths | woolworths woolworthsrewards everyday
Tesco: tesco | tesco tescobank tescomobile
Carrefour: carrefour | carrefour
Decathlon: decathlon | decathlon
IKEA: ikea | ikea
MediaMarkt: mediamarkt | mediamarkt
Canadian Tire: canadian tire | canadiantire triangle
`
