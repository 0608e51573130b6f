/** Brands that are imitated in one country or region: banks, parcel services, government, telephone. */

/**
 * Lines, sources and date as in `brand-table.ts`, in the order of the regions: Latin America, Europe, Middle East,
 * Africa, Asia.
 */
export const REGIONS = `
PagSeguro: pagseguro, pagbank | pagseguro pagbank uol.com.br
PicPay: picpay | picpay
Banco Inter: banco inter | bancointer inter
Banrisul: banrisul | banrisul
Magazine Luiza: magazine luiza, magalu | magazineluiza magalu magazinevoce
Jadlog: jadlog | jadlog
Detran: detran | gov.br detran
Bancolombia: bancolombia | bancolombia grupobancolombia
Davivienda: davivienda | davivienda
Banorte: banorte | banorte
Bankia: bankia | bankia
Sabadell: banco sabadell, bancsabadell | bancsabadell sabadell
Openbank: openbank | openbank
SEUR: seur | seur
Agencia Tributaria: agencia tributaria | agenciatributaria gob.es correo.aeat.es
Millennium: millennium bcp, millenniumbcp | millenniumbcp activobank
Montepio: montepio | montepio bancomontepio
CTT: ctt expresso, ctt correios | ctt
UniCredit: unicredit | unicredit hypovereinsbank
BPER: bper banca, bper | bper
Banco BPM: banco bpm | bancobpm bancobpmspa
Nexi: nexi | nexi
Aruba: aruba.it, aruba s.p.a | aruba staff.aruba.it arubapec
INPS: inps | inps gov.it
Agenzia delle Entrate: agenzia delle entrate | agenziaentrate gov.it
BRT: brt corriere, bartolini | brt
Swiss Post: swiss post, schweizerische post, la poste suisse, die schweizerische post | post.ch swisspost
UBS: ubs switzerland, ubs ag | ubs .ubs
Raiffeisen: raiffeisen | raiffeisen raiffeisenbank rbinternational raiffeisen- raiffeisenbank-
Swisscom: swisscom | swisscom bluewin
Österreichische Post: osterreichische post | post.at
Erste Bank: erste bank, george erste | erstebank sparkasse erstegroup
Bank Austria: bank austria | bankaustria unicreditgroup
Hermes: hermes paket, hermes germany | myhermes hermesworld
GLS: gls paket, gls parcel, gls germany | gls-group gls-pakete gls-germany gls-italy
comdirect: comdirect | comdirect
DKB: dkb bank, dkb | dkb
N26: n26 | n26
Targobank: targobank | targobank
Finanzamt: elster online, bundeszentralamt fur steuern | elster bund.de
KPN: kpn | kpn
bol.com: bol.com | bol
ICS: international card services | icscards
KBC: kbc bank | kbc
Belfius: belfius | belfius
bpost: bpost | bpost bpostgroup
itsme: itsme | itsme itsme-id
PostNord: postnord | postnord
Bring: posten norge, posten bring | posten bring
Nordea: nordea | nordea
Swedbank: swedbank | swedbank
BankID: bankid | bankid
Skatteverket: skatteverket, skatteetaten, skattestyrelsen | skatteverket skatteetaten skat skst
MitID: mitid, nemid | mitid nemid
OP: osuuspankki | op op-palvelut
PKO: pko bank polski, ipko | pkobp ipko
mBank: mbank | mbank
Allegro: allegro.pl | allegro allegromail
InPost: inpost | inpost inpost24 grupainteger
Poczta Polska: poczta polska | poczta-polska
Ceska posta: ceska posta | ceskaposta cpost
Magyar Posta: magyar posta | posta
OTP: otp bank | otpbank otp
Garanti: garanti bbva, garanti bankasi | garanti garantibbva garantibbvaemail
Ziraat: ziraat bankasi | ziraatbank ziraat
PTT: ptt kargo | ptt
Sberbank: сбербанк, sberbank | sberbank sber
Tinkoff: тинькофф, tinkoff | tinkoff tbank
Gosuslugi: госуслуги | gosuslugi
Emirates NBD: emirates nbd | emiratesnbd
Mashreq: mashreq | mashreq mashreqbank
First Abu Dhabi Bank: first abu dhabi bank, fab account, ~fab | bankfab
NBF: national bank of fujairah, ~nbf | nbf
Aramex: aramex | aramex
Emirates Post: emirates post | emiratespost epg
Axis Bank: axis bank | axisbank
Paytm: paytm | paytm paytmbank
India Post: india post | indiapost gov.in
Standard Bank: standard bank | standardbank
Absa: absa | absa absaafrica .absa
SARS: sars efiling | sars
Westpac: westpac | westpac .westpac
Commonwealth Bank: commonwealth bank, commbank | cba commbank .cba .commbank
ANZ: anz bank | anz .anz
NAB: nab bank, national australia bank | nab .nab
Linkt: linkt | linkt
NZ Post: nz post | nzpost
DBS: dbs bank, posb | dbs posb .dbs
OCBC: ocbc | ocbc
Singapore Post: singpost | singpost
Maybank: maybank | maybank maybank2u
Japan Post: 日本郵便, ゆうちょ銀行, japan post | japanpost jp-bank japanpost.jp
Yamato: ヤマト運輸, クロネコ | kuronekoyamato kuroneko
Sagawa: 佐川急便 | sagawa-exp
Mitsubishi UFJ: 三菱ufj | mufg bk.mufg.jp mufgcard
Mizuho: みずほ銀行 | mizuhobank mizuho-fg
au: au pay | au auone kddi
docomo: ドコモ, docomo | docomo nttdocomo
Mercari: メルカリ, mercari | mercari
JR East: えきねっと | eki-net jreast
ETC: etc利用照会 | etc-meisai
PayPay: paypay | paypay paypay-bank paypay-card
China Post: 中国邮政 | chinapost ems
Alipay: alipay, 支付宝 | alipay alipayplus
ICBC: 工商银行 | icbc
Chunghwa Post: 中華郵政 | post.gov.tw
Kakao: kakao, 카카오 | kakao kakaocorp kakaobank
Naver: naver, 네이버 | naver navercorp
Proton: proton mail, protonmail | proton protonmail
Strato: strato ag, strato hosting | strato
OVH: ovh, ovhcloud | ovh ovhcloud
Gandi: gandi | gandi
Hostinger: hostinger | hostinger
Wix: wix.com | wix wixemails
WordPress*: wordpress | wordpress automattic
Plesk*: plesk | plesk
ownCloud*: owncloud, nextcloud | owncloud nextcloud
Outlook Web*: outlook web app, outlook web access | microsoft outlook
MailChannels: mailchannels | mailchannels
Rackspace: rackspace | rackspace emailsrvr
Zoho: zoho | zoho zohocorp zohomail
Trend Micro: trend micro | trendmicro
Avast: avast | avast gendigital
Kaspersky: kaspersky | kaspersky
Ninja: ninja foodi | ninjakitchen sharkninja sharkclean
Cuisinart: cuisinart | cuisinart
Cricket: cricket wireless | cricketwireless
Medicare: ~medicare | medicare cms
Student Aid: federal student aid | studentaid ed.gov
DMV: department of motor vehicles | dmv gov
USCIS: uscis | uscis dhs.gov
FBI: federal bureau of investigation | fbi
Interpol: interpol | interpol
Europol: europol | europol
`
