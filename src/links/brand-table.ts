/**
 * The brands that phishing imitates most, with their names and domains. Sources: what the organisations publish about
 * their mail (help pages about phishing, SPF records), the registry of TLDs of IANA, and notices that they sent in
 * 2019 to 2024. `npm run brands` asks the DNS whether the domains still exist and receive or send mail.
 */

/** When the table was last read through. */
export const TABLE_DATE = '2026-11-30'

/**
 * Brands of many countries and of North America, as lines of `Name: words | own | customers`. `own` has labels
 * (`paypal` for paypal.com and paypal.de), whole domains, and TLDs (`.apple`). `customers` has domains below which
 * customers have names, which prove nothing about the brand. `~` marks an ordinary word. `*` after the name marks
 * software that runs, and writes, on the hosts of its users.
 */
export const TABLE = `
PayPal: paypal | paypal paypal-communication paypalobjects xoom
Amazon: amazon, amazon prime, ~aws, アマゾン | amazon aws.com audible primevideo amazonpay amazonmusic media-amazon ssl-images-amazon images-amazon .amazon .aws .audible .kindle .prime | amazonaws.com amazonses.com awsapps.com cloudfront.net
Apple: ~apple, icloud, apple id, itunes | apple icloud .apple | privaterelay.appleid.com
Microsoft: microsoft, office 365, office365, microsoft 365, onedrive, sharepoint, windows defender | microsoft microsoftonline office office365 sharepointonline sharepoint azure xbox microsoftstore microsoftsupport outlook.com hotmail.com live.com msn.com .microsoft .office .windows .azure .xbox .skype .bing | onmicrosoft.com azurewebsites.net azure-api.net cloudapp.net windows.net azurecomm.net
Google: google, gmail team, google play, youtube | google youtube gmail.com googlemail.com withgoogle .google .gmail .youtube .android .chrome | googleusercontent.com withgoogle.com
Netflix: netflix | netflix .netflix
Facebook: facebook, ~meta, meta business, instagram, whatsapp | facebook facebookmail fb meta instagram whatsapp metamail metaenterprise
LinkedIn: linkedin | linkedin .linkedin
DHL: dhl | dhl dhl-news dpdhl deutschepost .dhl
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
Chase: ~chase, jpmorgan | .chase .jpmorgan chase jpmorgan jpmchase jpmorganchase
Wells Fargo: wells fargo | wellsfargo wellsfargoadvisors
Bank of America: bank of america, bankofamerica | bankofamerica bofa ml
Citi: citibank, ~citi | citi citibank citicards .citi
Capital One: capital one | .capitalone capitalone capitaloneshopping
American Express: american express, amex | americanexpress aexp amex .americanexpress
Visa: ~visa | visa .visa
Mastercard: mastercard | mastercard
U.S. Bank: us bank, usbank | usbank
Navy Federal: navy federal | navyfederal
USAA: usaa | usaa
Barclays: barclays | .barclays barclays barclaycard barclaysus
HSBC: hsbc | hsbc .hsbc
Lloyds: lloyds bank, ~lloyds | lloydsbank lloydsbanking lloyds
NatWest: natwest | natwest
Santander: santander | santander santanderbank santander-serfin gruposantander
BBVA: bbva | bbva .bbva
CaixaBank: caixabank | caixabank
Bradesco: bradesco | bradesco .bradesco
Itau: itau, itaucard, iti itau | itau itau-unibanco itaucard .itau
Caixa: caixa economica, caixa tem | caixa
Banco do Brasil: banco do brasil | bb bancodobrasil
Nubank: nubank | nubank
Mercado Livre: mercado livre, mercado libre, mercado pago | mercadolivre mercadolibre mercadopago
Serasa: serasa | serasa serasaexperian experian
Livelo: livelo | livelo
Receita Federal: receita federal | gov.br
Sparkasse: sparkasse | sparkasse sparkassen-finanzgruppe sparkasse-
Volksbank: volksbank | volksbank vr vr-networld volksbank- vr-
Postbank: postbank | postbank
Commerzbank: commerzbank | commerzbank
Deutsche Bank: deutsche bank | deutsche-bank db
ING: ing diba, ing bank | ing ing-diba
Rabobank: rabobank | rabobank
ABN AMRO: abn amro | abnamro .abnamro
BNP Paribas: bnp paribas | bnpparibas .bnpparibas
Credit Agricole: credit agricole | credit-agricole ca-
Intesa Sanpaolo: intesa sanpaolo | intesasanpaolo
Poste Italiane: poste italiane, postepay | poste posteitaliane
PostFinance: postfinance | postfinance
TD Bank: td bank, td canada trust | td tdbank tdcanadatrust
Royal Bank: rbc royal bank | rbc royalbank
Scotiabank: scotiabank | scotiabank
Interac: interac | interac
SBI: state bank of india | sbi sbicard .sbi
HDFC: hdfc bank | hdfcbank hdfc
ICICI: icici bank | icicibank
SMBC: 三井住友 | smbc smbc-card vpass
Rakuten: rakuten, 楽天 | rakuten rakuten-card rakuten-sec rakuten-bank
JCB: jcb | jcb
AEON: イオンカード, イオン銀行 | aeon aeoncard aeonbank
MetaMask: metamask | metamask consensys
Ledger: ~ledger, ledger live, ledger wallet, ledger nano | ledger
Trezor: trezor | trezor
Coinbase: coinbase | coinbase
Binance: binance | binance
Kraken: ~kraken | kraken
Crypto.com: crypto.com | crypto.com
Trust Wallet: trust wallet, trustwallet | trustwallet
Phantom: phantom wallet | phantom phantom.app
Uniswap: uniswap, opensea, walletconnect | uniswap opensea walletconnect
Blockchain.com: blockchain.com | blockchain.com
Norton: ~norton, lifelock, norton 360 | norton nortonlifelock lifelock gendigital symantec norton360
McAfee: mcafee | mcafee
Geek Squad: geek squad | geeksquad bestbuy
Best Buy: best buy | bestbuy
Walmart: walmart | .walmart walmart samsclub
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
Verizon: verizon | verizon verizonwireless verizonmedia vzw
T-Mobile: t-mobile | t-mobile
Vodafone: vodafone | vodafone
Telekom: telekom | telekom t-online t-systems
IONOS: ionos, 1&1 | ionos 1und1 1and1
Orange: ~orange | orange orange-business .orange
Telstra: telstra | telstra
BT: ~bt | bt
DocuSign: docusign | docusign docusignmail
Dropbox: dropbox, hellosign | dropbox dropboxmail hellosign dropboxsign
WeTransfer: wetransfer | wetransfer
Adobe: adobe, adobe sign, acrobat sign | adobe adobesign echosign
Zoom: ~zoom | zoom
Slack: ~slack | slack
GitHub: github | github githubusercontent.com githubapp.com | github.io github.dev
GoDaddy: godaddy | godaddy
Namecheap: namecheap | namecheap
Cloudflare: cloudflare | cloudflare
Squarespace: squarespace | squarespace
cPanel*: cpanel | cpanel
Zimbra*: zimbra | zimbra synacor
Roundcube*: roundcube | roundcube
Mailchimp: mailchimp | mailchimp intuit
Intuit: intuit, quickbooks, turbotax | intuit quickbooks turbotax .intuit
Xero: xero | xero
Stripe: ~stripe | stripe
Wise: ~wise, transferwise | wise transferwise
Revolut: revolut | revolut
Western Union: western union, moneygram | westernunion moneygram
Cash App: cash app, cashapp | cash square squareup cashapp cash.app
Venmo: venmo | venmo
Zelle: zelle | zelle zellepay earlywarning
Klarna: klarna | klarna
eBay: ebay | ebay ebayinc
AliExpress: aliexpress, alibaba | aliexpress alibaba alibabacloud alibaba-inc
Temu: temu | temu temuemail temuofficial
Shein: shein | shein sheinemail sheingroup
Booking.com: booking.com | booking
Airbnb: airbnb | airbnb
Steam: steam support, steam guard | steampowered valvesoftware
Roblox: roblox | roblox
PlayStation: playstation | .playstation playstation sony sonyentertainmentnetwork
Epic Games: epic games | epicgames
TikTok: tiktok | tiktok bytedance
Telegram: ~telegram | telegram
IRS: ~irs, irs.gov, internal revenue service | irs
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
Samsung: samsung | .samsung samsung samsungusa samsungmobileusa
Starbucks: starbucks | starbucks
McDonald's: mcdonald's, mcdonalds | mcdonalds mcd
Robinhood: robinhood | robinhood
KuCoin: kucoin, bybit, okx | kucoin bybit okx
Ripple: ~ripple, ripple xrp, xrp ledger, xrpl, ~xrp | ripple xrpl
Exodus: ~exodus, exodus wallet, atomic wallet | exodus atomicwallet
DeWalt: dewalt | dewalt
Milwaukee: milwaukee tool, milwaukee tools | milwaukeetool
Makita: makita | makita makitatools
YETI: yeti cooler, yeti cup, ~yeti | yeti
Stanley: stanley tumbler, stanley cup winner | stanley1913
Kohl's: kohl's, kohls | kohls
Omaha Steaks: omaha steaks | omahasteaks
SiriusXM: siriusxm | siriusxm
Paramount: paramount+, paramount plus | paramountplus paramount
Fidelity: fidelity investments | fidelity .fidelity
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
IKEA: ikea | ikea .ikea
MediaMarkt: mediamarkt | mediamarkt
Canadian Tire: canadian tire | canadiantire triangle
Stellar: ~stellar, stellar.org, stellar development foundation, stellar lumens | stellar
Ethereum: ethereum.org, ethereum foundation | ethereum
BNB Chain: bnb chain, bnbchain, pancakeswap | bnbchain pancakeswap
Tether: tether usdt, ~tether | tether
Premint: premint | premint
OpenAI: openai, chatgpt | openai chatgpt
Tesla: ~tesla | tesla teslamotors
`
