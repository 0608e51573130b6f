/**
 * Phrases of fraud and unsolicited advertising, in lower case without diacritics. The lists stay small: the classifier
 * learns the rest.
 */
import { PhraseBook } from './phrases.ts'

/** A threat to an account that only the reader can avert. */
const accountThreat = `
account has been suspended, account is suspended, account has been limited, account has been locked, account is locked
account has been restricted, account will be suspended, account will be closed, account will be terminated, account will be deactivated
account has been disabled, account will be disabled, account has been deactivated, account suspension, account termination
account will be permanently, access has been restricted, access has been limited, access will be, your account is at risk
verify your account, verify your identity, verify your information, verify your email, verify your e-mail, verify your wallet
verify your details, confirm your account, confirm your identity, confirm your information, confirm your details, confirm your wallet
confirm your payment, confirm your email, validate your account, validate your email, validate your mailbox, revalidate
update your account, update your billing, update your payment, update your information, update your details, update your mailbox
update payment, payment details, billing information, payment was declined, payment has been declined, payment declined
payment failed, card was declined, unable to process your payment, problem with your payment, issue with your payment
billing problem, unusual activity, unusual sign-in, unusual login, unusual log in, suspicious activity, suspicious login
suspicious sign-in, unauthorized access, unauthorized login, unauthorized transaction, unauthorised, unrecognized device
new sign-in, new device, login attempt, sign-in attempt, security alert, security notice, security update, restore access
restore your account, reactivate, unlock your account, recover your account, avoid suspension, avoid interruption
avoid deactivation, avoid losing, password expires, password will expire, password has expired, password expiration
password expiry, keep same password, keep current password, keep my password, change your password, mailbox is full
mailbox is almost full, mailbox quota, mailbox storage, mailbox has exceeded, mailbox will be, email quota, storage is full
storage is almost full, storage limit, storage full, storage has been, out of storage, photos will be deleted, files will be deleted
data will be deleted, will be deleted, pending messages, undelivered messages, undelivered mails, incoming messages, messages on hold
messages were blocked, emails on hold, release messages, retrieve messages, quarantined messages, failed delivery
delivery failed, unable to deliver, could not deliver, could not be delivered, delivery attempt, missed delivery, reschedule delivery
schedule your delivery, incomplete address, shipping fee, customs fee, redelivery, package is waiting, parcel is waiting
package is on hold, unpaid toll, toll balance, outstanding toll, unpaid invoice, final notice, last warning, final warning
last reminder, legal action, tax refund, refund is pending, refund of, you are eligible for a refund, claim your refund
seed phrase, recovery phrase, secret phrase, synchronize your wallet, connect your wallet, wallet will be, wallet has been
mandatory upgrade, kyc verification, subscription has expired, subscription expired, membership has expired, subscription will be
your devices are, your device may be, virus detected, viruses detected, your protection has, license has expired
shared a document, shared a file, shared with you, document has been shared, review document, review and sign, view document
completed document, voice message, voicemail, new fax, scanned document, remittance advice, payment advice, proof of payment
conta foi bloqueada, conta sera bloqueada, conta suspensa, conta sera cancelada, atualize seus dados, atualizar seus dados
confirme seus dados, atualizacao cadastral, recadastramento, token expirado, acesso bloqueado, pendencia, boleto vencido
sua encomenda, taxa de importacao, fatura em atraso, nota fiscal, comprovante, pontos expiram, pontos a expirar, resgatar pontos
cuenta ha sido, cuenta bloqueada, cuenta suspendida, verifique su cuenta, verificar su cuenta, actualice sus datos
actualizar sus datos, su paquete, actividad inusual, acceso restringido, pago rechazado, multa pendiente
konto wurde, konto gesperrt, konto eingeschrankt, verifizieren sie, bestatigen sie ihre, aktualisieren sie ihre, ihr paket
zahlung fehlgeschlagen, sicherheitsupdate, datenabgleich, legitimation, push-tan, pushtan, photo-tan
compte a ete, compte sera, compte suspendu, compte bloque, verifier votre, verifiez votre, confirmer votre, mettre a jour vos
mise a jour de vos, votre colis, frais de livraison, paiement refuse, activite inhabituelle, carte vitale, remboursement
account e stato, conto e stato, verifica il tuo, aggiorna i tuoi, il tuo pacco, spedizione in sospeso, accesso sospeso
uw account, uw rekening, bevestig uw, uw pakket, betaling mislukt
アカウント, ご利用制限, 異常, 本人確認, お支払い方法, 更新してください, 確認してください, 账户, 賬戶
`

/** Where the reader is to act now. */
const urgency = `
immediately, urgent, urgently, within 24 hours, within 48 hours, within 24h, 24 hours, 48 hours, 72 hours, as soon as possible, act now
right away, failure to, to avoid, before it is too late, expires today, expires soon, last chance, immediate action, action required
immediate attention, take action, final notice, important notice, click here, click below, click the button, click the link
click on the link, follow the link, log in now, login now, sign in now, verify now, confirm now, update now, claim now, restore now
upgrade now, renew now, keep my, continue below, imediatamente, urgente, clique aqui, clique no, 24 horas, haga clic, inmediatamente
sofort, dringend, klicken sie, innerhalb von, umgehend, cliquez, immediatement, sous 24, clicca qui, entro 24, klik hier, binnen 24
`

/** A stranger has a fortune to share. */
const advanceFee = `
next of kin, late husband, late father, late client, fund transfer, transfer of funds, transfer the sum
transfer this money, foreign partner, million us dollars, million united states dollars, million usd, us$*, barrister
bank of nigeria, central bank of, abidjan, cote d'ivoire, ivory coast, burkina faso, sierra leone, benin republic
security company, consignment, diplomat, strictly confidential, utmost confidence, utmost confidentiality, mutual benefit
your urgent, urgent reply, dearest one, dear beloved, almighty god, with due respect, modalities, over-invoiced
over invoiced, contract sum, dormant account, unclaimed, percent of the total, % of the total, atm card, atm visa
compensation fund, scam victim, money gram, moneygram, reconfirm your, private telephone, next-of-kin, donated to you
business proposal, business proposition, surprise to you, came across your, may come to you, winning number, ticket number
claims agent, claim agent, fiduciary, email ballot, award notification, prize money, winning notification
`

/** Words of such a story that other messages have, too. */
const advanceFeeStory = `
attorney at law, foreign account, million dollars, million pounds, million euros, hundred thousand, five hundred, ghana
johannesburg, zimbabwe, democratic republic, diplomatic, confidentiality, mutually beneficial, risk free, risk-free
your assistance, dear friend, my dear, god bless, contractor, abandoned, 40%, 30%, 60%, your share, compensation
united nations, world bank, imf, western union, your full name, telephone number, your bank account, widow, orphan, cancer
terminal, charity, philanthrop*, donate, donation, investment partner, this proposal, this transaction, this business
contact me, my name is, i am the, lottery, lotto, jackpot, you have won, deceased, beneficiary, inheritance, nigeria, usd*
lagos, sweepstake
`

/** Somebody claims to have filmed the reader. */
const extortion = `
bitcoin, btc, ethereum, usdt, litecoin, webcam, web camera, your camera, recorded you, record you, video of you, recording, masturbat*
porn, adult site, adult website, adult videos, pleasuring, your contacts, your friends and family, contact list, hacked, hacker
i hacked, malware, trojan, spyware, keylogger, rat software, remote access, full access, your device, operating system, your passwords
your password is, your password, embarrass*, reputation, pay me, payment, wallet, 48 hours, 50 hours, 72 hours, 24 hours, ransom
delete the video, destroy the video, darknet, dark web, your browsing, screenshot, do not try, don't try to, police, pervert
`

/** Something is renewed or bought, and only a telephone call undoes it. */
const renewal = `
invoice, order id, order number, auto-renew, auto renew, renewal, renewed, subscription, has been charged, will be charged
been debited, will be debited, auto-debit, auto debit, charged from your, purchase, transaction id, your order, thank you for your
antivirus, total security, 360, geek squad, norton, mcafee, paypal, bitcoin, windows defender, customer support, billing department
to cancel, cancel this, cancel the, cancellation, refund, didn't authorize, did not authorize, not authorized, if you did not
help desk, toll free, toll-free, call us, call our, contact us at, customer care, helpline, call at, call immediately, reach us
`

const prize = `
you have been selected, you've been selected, you have been chosen, you've been chosen, you are a winner, you're a winner
you have won, you've won, you are the winner, congratulations you, claim your reward, claim your prize, claim your gift
claim reward, claim your bonus, claim bonus, claim your $*, claim now, exclusive reward, exclusive offer reward, your reward is, reward is waiting
gift card, gift cards, e-gift, free iphone, new iphone, free samsung, free macbook, iphone 15, iphone 16, iphone 17, mystery box
survey, short survey, answer a few, your opinion, complimentary, loyalty program, loyalty reward, customer appreciation
car emergency kit, tool set, power drill, stanley tumbler, yeti*, free spins, no deposit bonus, airdrop, free tokens, deposit bonus
your bitcoin, btc balance, bitcoin balance, mining, withdraw your, withdrawal, payout, pending payment, transfer pending
unclaimed, voce foi selecionado, voce ganhou, resgate, parabens, has sido seleccionado, felicidades, gewonnen, herzlichen gluckwunsch
vous avez ete selectionne, vous avez gagne, felicitations, hai vinto, gefeliciteerd
`

const pharmacy = `
viagra, cialis, levitra, sildenafil, tadalafil, phentermine, xanax, valium, vicodin, hydrocodone, soma, ambien, meridia, propecia
online pharmacy, canadian pharmacy, prescription required, no prescription, without prescription, doctor visit, generic, human growth
hgh, growth hormone, penis, enlargement, enlarge, erection, erectile, libido, orgasm, sex drive, testosterone, prostate, lose weight, weight loss
lose up to, diet pill, diet pills, fat burning, burn fat, burns fat, keto, gummies, cbd, anti-aging, anti aging, wrinkles, hair loss, cellulite
herbal, all natural, pheromone, miracle, blood sugar, tinnitus, toenail, memory loss
`

const adult = `
xxx, porn, porno, hardcore, sluts, horny, teens, teen sex, sex with, sexy girls, hot girls, naked, nude, adult site, explicit, 18 years
over 18, 21 years, webcam girls, live girls, cum, pussy, lesbian, incest, milf, hot singles, local singles, lonely wives, cheating wives
dating, meet singles, ukrainian girls, russian girls, wants to meet, hook up, one night
`

const income = `
work at home, work from home, home based business, home-based business, home business, make money, extra income, extra cash
earn money, earn up to, $ per week, per week, per month, financial freedom, financially independent, financial independence, be your own boss
own boss, unlimited income, no experience, mlm, multi level, multi-level, network marketing, downline, pyramid, residual income
quit your job, business opportunity, money making, get rich, millionaire, cash flow, free report, this program, reports, $5.00
dollar bills, chain letter, envelopes, investment opportunity, stock pick, hot stock, otc, price target, strong buy, symbol, penny stock
offshore, tax free, judgment, judicial judgments, passive income, trading bot, forex, guaranteed profit, guaranteed income
`

const credit = `
mortgage, refinance, refinancing, home loan, lowest rates, interest rates, low rates, rates are, bad credit, credit card debt
credit cards, credit repair, consolidate, consolidation, debt free, out of debt, pre-approved, preapproved, approved, loan
loans, lenders, lender, equity, insurance quote, life insurance, term life, auto insurance, health insurance, warranty, extended warranty
free quote, free quotes, no obligation, cash advance, payday, social security, merchant account, accept credit cards
`

const goods = `
toner, ink cartridge, ink cartridges, inkjet, diploma, diplomas, university degree, descrambler, cable box, satellite tv, free cable
email addresses, e-mail addresses, bulk email, bulk e-mail, million emails, million email, targeted email, opt-in email, email marketing
spam software, copy dvd, dvd copy, burn dvd, rolex, replica, replicas, watches, designer, casino, casinos, blackjack, poker, gambling
sportsbook, vacation, timeshare, free trip, oem software, cheap software, software at, adobe photoshop, spy on, detective
background check, find out anything, long distance, cents per minute, calling card, web hosting, domain name, search engine, seo, backlinks
first page of google, website traffic, web design, ring tones, ringtones, ad space, lead generation
`

/** Explanations why the message is not spam. */
const spamDisclaimer = `
this is not spam, not spam, this is not unsolicited, not intended for residents, s. 1618, s.1618, s1618, section 301, title iii, bill 1618, 105th congress
cannot be considered spam, considered spam, considered as spam, hr 4176, one time mailing, one-time mailing, one time email, one time message
opt-in list, opt in list, opted in, opted-in, opted to receive, opt-out, opt out, you have received this, you received this, you are receiving this
because you subscribed, because you have, our partners, affiliate, partner sites, remove in the, with remove, word remove, the word "remove*
"remove", to be removed, be removed from, removed from our, removed from this, remove me, remove yourself, removal, unsubscribe me
no longer wish to, wish to be removed, do not wish to receive, if you do not wish, apologize for, we apologize, sorry if, received this in error, received this email in error
marketing company, strictly enforces, anti-spam policy, never spam, do not reply to this, reply to this email with, mailing list removal
further mailings, future mailings, future offers, future promotions, take me off, exclude yourself, click here to unsubscribe
`

/** Phrases that honest advertising has too. */
const advertising = `
click here, order now, order today, buy now, call now, call today, act now, apply now, sign up, visit our, limited time, today only, while supplies
supplies last, 100% free, absolutely free, totally free, free gift, free trial, for free, free of charge, free access, free membership, free info*
risk free, risk-free, money back, money-back, satisfaction guaranteed, 100% guaranteed, guarantee, guaranteed, no cost, no obligation
no strings, no catch, no fees, special offer, special promotion, exclusive offer, this offer, lowest price, lowest prices, best price, best prices
discount, save up to, save big, % off, per day, amazing, incredible, unbelievable, revolutionary, once in a lifetime, opportunity, don't miss
do not miss, why pay more, credit card, visa, mastercard, toll free, toll-free, 24 hours a day, operators, bonus, bargain, cash, dollars
print this, for only, only $*, as seen on, dear friend, dear sir, dear homeowner, valued customer, limited offer, hurry, winner, prize, instantly
`

export const book = new PhraseBook({
  accountThreat,
  urgency,
  advanceFee,
  advanceFeeStory,
  extortion,
  renewal,
  prize,
  pharmacy,
  adult,
  income,
  credit,
  goods,
  spamDisclaimer,
  advertising,
})

export type ListName = Parameters<ReturnType<typeof book.read>['of']>[0]
