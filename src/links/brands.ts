/** Names that phishing borrows, and the domains that those who own them really use. For your own there is `protect`. */
import { organisationalDomain } from '../dns/organisation.ts'
import { cheapEnding } from './hosting.ts'
import { plain } from './plain.ts'

export interface Brand {
  readonly name: string
  /** How it is called, in plain lower-case letters. */
  readonly words: readonly string[]
  /** Words that are ordinary ones: they count alone, or with a word such as `support` beside them. */
  readonly ordinary: ReadonlySet<string>
  /** The first labels of the organisational domains it uses: `paypal` for `paypal.com` and `paypal.de`; or whole domains. */
  readonly owns: readonly string[]
}

/** `Name: words | labels or domains`; without a bar the words are the labels. `~` marks an ordinary word. */
const TABLE = `
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
`

export const brands: readonly Brand[] = TABLE.trim()
  .split('\n')
  .map(line => {
    const colon = line.indexOf(': ')
    const [called = '', owned = ''] = line.slice(colon + 2).split(' | ')
    const written = called.split(', ')
    const words = written.map(word => plain(word.replace('~', '')))
    return {
      name: line.slice(0, colon),
      words,
      owns: owned.split(' '),
      ordinary: new Set(words.filter((_, index) => written[index]?.startsWith('~'))),
    }
  })

/** Words beside which even an ordinary word is the name of a company. */
const SERVICE =
  /\b(?:support|team|security|services?|id|accounts?|alerts?|billing|customers?|care|notifications?|notice|rewards?|bank|cards?|online|pay|payments?|verification|verify|help|helpdesk|winner|prime|store|shipper|shipment|delivery|express|parcel|tracking|refund|live|wallet|admin|update|bonus|gift)\b/

/** Digits and signs that stand for letters, undone. Capital i between small letters is read as l. */
const unmasked = (display: string): string =>
  plain(display.replace(/(?<=[a-z])I(?=[a-z])|(?<=[a-z])I\b/g, 'l'))
    .replace(/(?<=[a-z])0(?=[a-z])/g, 'o')
    .replace(/(?<=[a-z])1(?=[a-z])/g, 'l')
    .replace(/(?<=[a-z])3(?=[a-z])/g, 'e')
    .replace(/(?<=[a-z])5(?=[a-z])/g, 's')
    .replace(/(?<=[a-z])@(?=[a-z])/g, 'a')
    .replaceAll('$', 's')
    .replace(/[®™©]/g, '')

const isWordCharacter = (character: string): boolean => /[a-z0-9\u3040-\u9fff]/.test(character)

function holds(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + word.length] ?? ' ']
    if (!/[a-z]/.test(word) || (!isWordCharacter(before) && !isWordCharacter(after))) return true
  }
  return false
}

/** The brands that a display name or a subject speaks of. Looks at 200 characters. */
export function brandsIn(text: string): readonly Brand[] {
  const name = unmasked(text.slice(0, 200))
  return brands.filter(({ words, ordinary }) =>
    words.some(word => {
      if (!holds(name, word)) return false
      if (!ordinary.has(word)) return true
      return name.replace(/[^a-z0-9&' -]/g, '').trim() === word || SERVICE.test(name)
    }),
  )
}

/** What is appended to a name in domains that its owner uses for mail. */
const OWN_ENDINGS = new Set(['', 'mail', 'email', 'emails', 'usa', 'us', 'uk', 'eu', 'news', 'inc', 'group', 'corp'])

/** The domain belongs to the brand. One under a cheap ending is not believed by its label alone. */
export function isOwnedBy({ owns }: Brand, domain: string): boolean {
  const organisation = organisationalDomain(domain) ?? domain
  const [label = ''] = organisation.split('.', 1)
  return owns.some(own => {
    if (own.includes('.')) return organisation === own || domain.endsWith(`.${own}`) || organisation.endsWith(`.${own}`)
    if (cheapEnding(organisation)) return false
    if (own.endsWith('-')) return label.startsWith(own)
    return label.startsWith(own) && OWN_ENDINGS.has(label.slice(own.length).replace(/^-/, ''))
  })
}

/** Labels long enough that they stand in other names by intention only. */
const TELLING: ReadonlyMap<string, Brand> = new Map(
  brands.flatMap(brand =>
    brand.ordinary.size > 0
      ? []
      : [...new Set([...brand.owns.slice(0, 1), ...brand.words.map(word => word.replace(/[^a-z0-9]/g, ''))])]
          .filter(label => /^[a-z0-9]{5,}$/.test(label))
          .map(label => [label, brand] as const),
  ),
)

/** Names that are so short or so common inside of others that only a whole part between hyphens counts. */
const PARTS_ONLY = new Set([
  'cloud',
  'phantom',
  'office',
  'serasa',
  'caixa',
  'ameli',
  'lowes',
  'kroger',
  'mygov',
  'norton',
  'poste',
  'wise',
  'costco',
  'orange',
  'telekom',
  'intuit',
  'correos',
  'orders',
  'azure',
  'venmo',
  'adobe',
  'zelle',
  'livelo',
  'santander',
  'citibank',
  'google',
  'apple',
  'amazon',
  'interac',
  'walmart',
  'github',
  'disney',
  'booking',
  'experian',
  'rakuten',
  'samsung',
  'aetna',
  'chase',
  'lloyds',
  'audible',
  'shein',
  'ezpass',
  'usbank',
  'revolut',
  'ingbank',
  'tdbank',
  'tmobile',
])

export interface LookAlike {
  readonly brand: Brand
  /** A sentence's end: `holds the name of PayPal`. */
  readonly how: string
}

/**
 * The host bears the name of a brand that does not own it: as a label, as a part of one, with digits for letters, or with a
 * letter changed. A name such as `paypal.com.example.org` counts too.
 */
export function looksLikeBrand(host: string): LookAlike | undefined {
  const organisation = organisationalDomain(host) ?? host
  const labels = host.slice(0, 253).split('.').slice(0, -1)
  for (const label of labels) {
    const parts = label.split(/[-_]/)
    for (const [telling, brand] of TELLING) {
      const spelt =
        parts.includes(telling) || (!PARTS_ONLY.has(telling) && telling.length >= 6 && label.includes(telling))
      const altered = !spelt && parts.some(part => isAltered(part, telling))
      if ((spelt || altered) && !isOwnedBy(brand, organisation))
        return { brand, how: spelt ? `bears the name of ${brand.name}` : `looks like the name of ${brand.name}` }
    }
  }
  return undefined
}

const DIGITS: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '8': 'b' }

/** Digits for letters, `rn` for `m`, `vv` for `w`, or one letter of a long name left out, doubled, or changed for another. */
export function isAltered(part: string, name: string): boolean {
  if (part === name || Math.abs(part.length - name.length) > 1 || name.length < 5) return false
  const read = part
    .replace(/[013458]/g, digit => DIGITS[digit] ?? digit)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
  if (read === name || read.replaceAll('i', 'l') === name.replaceAll('i', 'l')) return true
  return name.length >= 8 && part[0] === name[0] && isOneEdit(part, name)
}

function isOneEdit(one: string, other: string): boolean {
  let head = 0
  while (head < one.length && one[head] === other[head]) head += 1
  let tail = 0
  while (tail < Math.min(one.length, other.length) - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1
  const left = Math.max(one.length, other.length) - head - tail
  // Two neighbours that changed places are one slip, too.
  const swapped =
    left === 2 && one.length === other.length && one[head] === other[head + 1] && one[head + 1] === other[head]
  return left <= 1 || swapped
}
