/** English. Written for postern from knowledge of the language; no phrase is copied from a source. */
export const en = `
casino: casino*, slot machine*, free spins, roulette, blackjack, jackpot*, live dealer*, sportsbook*, betting site*
poker room
| deposit bonus*, welcome bonus*, no deposit, bonus code*, bonus ~ deposit, first deposit, free chips, claim ~ bonus
claim ~ spins, play now, spin now, start playing, win big, real money, cash out, instant payout*, instant withdrawal*
double your
prize: you have won, you've won, you won, you are ~ winner, you're ~ winner, you have been selected
you've been selected, you have been chosen, you've been chosen, you were selected, you were chosen, lucky winner
selected winner*, won ~ prize, your email ~ won, your e-mail ~ won, email ~ selected, winning number*
lottery winner*, your reward is, reward is waiting, exclusive reward, unclaimed reward*, unclaimed prize*
reward points ~ expire, free gift ~ you, gift card ~ waiting, won ~ gift
| claim your, claim ~ prize, claim ~ reward, claim ~ gift, claim now, claim it, claim here, collect your ~ prize
sweepstake*, confirm now, hurry up, get it now, get yours, claim yours, prizes ~ limited, limited ~ prizes, brand new
redeem your, redeem now, confirm ~ shipping, cover ~ shipping, pay ~ shipping, confirm ~ address, get started now
before it expires, limited number ~ left, only ~ left, contact ~ claim*, claims agent, claim agent, fiduciary agent
receive your prize, receive your ~ gift, act now ~ expires, answer ~ questions, participate ~ free
survey: short survey, quick survey, brief survey, survey ~ minute, marketing survey, shopper survey, customer survey
share ~ experience, share ~ opinion, survey will ~ take, this survey, our survey, invited ~ survey
answer ~ questions, answer ~ survey, take part ~ survey, take our ~ survey, complete ~ survey, 30-second survey
your opinion, loyalty program, loyalty survey, your feedback ~ reward
| exclusive reward*, claim ~ reward*, receive ~ reward*, get ~ reward*, free ~ gift, gift card*, promo reward*
expire in 24 hours, you have been chosen, you have been selected, cash app, for your time, as a thank you
worth up to, valued at, free iphone, new iphone, free samsung, air fryer, power drill, tool set, tumbler, cooler
emergency kit, choose ~ gift
renewal: subscription ~ expired, subscription ~ expires, subscription ~ expire, membership ~ expired
membership ~ expire, license ~ expired, licence ~ expired, protection ~ expired, protection ~ expire
antivirus ~ expired, plan ~ expired, benefits ~ on hold, membership ~ on hold, subscription ~ suspended
your pc ~ infected, your computer ~ infected, your device* ~ infected, your device* ~ at risk
your devices ~ unprotected, viruses ~ found, virus* detected, no longer protected, unable to renew, could not renew
failed to renew, domain ~ expired, domain ~ expire, domain ~ expiring, domain ~ suspended, hosting ~ suspended
storage ~ full, storage ~ exceeded, cloud ~ full, photos ~ deleted, files ~ deleted
| renew now, renew your, renew today, renew immediately, renew ~ discount, renew ~ protect, extend ~ free
extend your, update ~ payment, update your card, update your billing, update your information, stay protected
avoid ~ interruption, avoid ~ loss, avoid losing, restore ~ protection, remove ~ viruses, within 24 hours
within 48 hours, upgrade ~ storage, increase ~ storage, get ~ storage, save up to, last chance, final notice
last reminder, today only, will be lost
mailbox: mailbox ~ full, mailbox ~ exceeded, mailbox ~ quota, mailbox ~ limit, mailbox ~ storage
mailbox ~ deactivated, mailbox ~ suspended, mailbox ~ closed, mailbox ~ blocked, email ~ deactivated
email account ~ closed, email ~ quota, password ~ expire, password ~ expires, password ~ expired, password ~ expiring
password expiration, password expiry, messages ~ pending, messages ~ on hold, messages ~ held, messages ~ undelivered
undelivered messages, undelivered mail*, pending messages, incoming messages ~ failed, incoming mails ~ failed
messages ~ blocked, emails ~ quarantined, server ~ upgrade, webmail ~ upgrade, mail server ~ error
| keep ~ password, keep using ~ password, retain ~ password, continue with ~ password, same password
confirm ~ password, release ~ messages, release messages, retrieve ~ messages, recover ~ messages
view ~ messages ~ here, deliver messages, upgrade ~ mailbox, upgrade ~ quota, increase ~ quota, increase ~ mailbox
validate ~ mailbox, validate ~ email, validate ~ account, verify ~ mailbox, verify ~ email, verify ~ account
re-validate, revalidate, update ~ mailbox, update ~ webmail, avoid ~ deactivation, avoid ~ closure
avoid ~ suspension, avoid ~ losing, cancel ~ deactivation, log in to continue, lose access, fix ~ issue ~ now
allow messages
loan: business loan*, personal loan*, loan offer*, loan ~ approved, loan application*, quick loan*, urgent loan*
cash advance, payday loan*, borrow ~ from, borrow up to, need a loan, looking for ~ loan, debt consolidation
project funding, loan at, funding ~ available, financing ~ projects, line of credit
| bad credit, no credit check*, any credit, low interest, interest rate of, % interest, rate of ~ 2%, rate of ~ 3%
2% interest, 3% interest, fast approval, instant approval, guaranteed approval, approved in ~ minutes
money ~ account ~ tomorrow, no collateral, without collateral, apply today, apply now, see if you qualify
you may qualify, reply ~ loan, amount needed, loan duration, competitive rates
cure: lose weight, weight loss, burn* fat, burn* belly, belly fat, stubborn lbs, pounds ~ days, blood sugar, diabetes
vlagra, viaqra, clalis, clalls, medications, ed pills, blood pressure, cholesterol, lbs, tinnitus, ringing ~ ears
hair loss, regrow ~ hair, joint pain, joint health, back pain, nerve pain, neuropathy, prostate, erection*, erectile
bigger ~ penis, male enhancement, toenail fungus, nail fungus, memory loss, wrinkles, vision loss, gummies, keto, cbd
viagra, cialis, levitra, abortion pill*, cytotec
| miracle, doctors hate, doctors ~ shocked, big pharma, secret ~ routine, secret ~ recipe, morning routine
without the need for a prescription, one simple, trick ~ doctors, discovered ~ remedy, ingredient ~ can, works like
destroy ~ fat, coupon code, express pharmacy, pharmacy, weird trick, simple trick, one trick, this trick
ancient ~ remedy, natural ~ remedy, natural remedy, natural ingredient, before bed, before breakfast, this ~ tonic
destroy*, melt* ~ fat, in just ~ days, in just ~ weeks, without ~ diet, without ~ exercise, without ~ prescription
no prescription, prescription required, reverse ~ diabetes, clinically proven ~ formula, watch ~ video
harvard ~ discover*, scientists ~ discover*, overnight, canadian pharmacy, online pharmacy, discreet ~ delivery
cash on delivery
advanceFee: next of kin, late husband, late father, late client, deceased ~ customer, deceased ~ client
investment partner*, handle a project, project ~ for us, project ~ discuss, has won you, have won you
funds on your behalf, fund release, relief fund*, abandoned ~ fund, claim ~ atm card, bank draft ~ sum
large amount ~ money, amount of money ~ abroad, private investor*, donate the sum, charity ~ donat*, aging widow
widow ~ suffering, cancer ~ husband, lucrative ~ proposal, unclaimed ~ fund*, abandoned ~ fund*, abandoned sum
inheritance ~ fund*, inheritance payment, inherited ~ from, inheritance of, sum of ~ million, million ~ dollars
million ~ pounds, million ~ euros, million united states, fund* ~ transfer, transfer ~ fund*, transfer ~ sum
transfer ~ money ~ account, consignment ~ box*, trunk box*, dormant account, fixed deposit, over-invoiced
contract sum, compensation fund, compensation payment, atm ~ card ~ fund*, atm card, outstanding ~ payment ~ fund
donation ~ to you, donated ~ to you, donate ~ to you, donation from, donation number, grant of ~ million, grant of
lottery ~ million, deal in my bank, deal ~ bank, family ~ wealthy, estate ~ worth, died intestate
overseas investment, foreign partner, military ~ syria, war zone, sergeant ~ army, soldier ~ army, general ~ army
gold ~ kilograms, safe keeping, victim ~ scam*, overdue ~ payment ~ fund*, fund ~ beneficiary, payment file
late ~ customer ~ deposit, business transaction, interesting business, huge amount, huge sum, amount ~ move out
money ~ move out, american soldier, u.s. soldier, us army, u.s. army, us military, u.s. military, military base
peacekeeping mission, serving ~ army, serving ~ military, special force*, diplomat* ~ deliver*, courier diplomat*
project ~ present to you, last wish*, terminal ~ illness, terminally ill, orphan*, philanthropist, jackpot winner
powerball winner, mega millions, un compensation, unpaid ~ transaction, unpaid ~ fund*, homeland security
bank ~ burkina faso, bank ~ benin, bank for africa*, claim the fund*, over-due, retrieve my inheritance
inheritance fund*, wealthy ~ family, fund telegraphic, credit the sum, lucky individual*
| reply ~ details, reply ~ more, get back to me, contact me, contact him, contact her, write ~ private ~ email
more details ~ response, more details ~ reply, send ~ more details, details ~ hear from you, contact me on email
contact me on ~ email, confirm ~ email ~ valid, know ~ email ~ valid, confirm ~ receipt ~ email, indicate ~ interest
if you are interested, greetings in the name, as a beneficiary, your honest, your cooperation, without any ~ risk
private email, private mailbox, your ~ assistance, your urgent, urgent reply, urgent response
waiting for your ~ reply, waiting for your ~ response, wait ~ your ~ response, await* ~ your, hear from you
strictly confidential, utmost confidence, utmost confidentiality, confidential, mutual benefit, mutually ~ benefit*
with due respect, with all due respect, come to you as a surprise, surprise to you, god bless, almighty god
grace of god, dear friend, dearest one, dear beloved, beloved in, dear beneficiary, fund beneficiary, attn*
your full name*, full names, telephone number*, your occupation, reconfirm ~ your, risk free, no risk
percent ~ total, % of the total, percent will be, 50 percent, 40%, 50%, your share, can i trust you, trust you
introduce myself, my name is, i am mr, i am mrs, i am miss, i am dr, i'm mr*, barrister, foreign partner
business proposal, business proposition, stand as, good faith, this transaction, this proposal, further details
more information ~ reply, contact ~ bank, claim ~ fund*, signify ~ interest, willingness ~ interest, interest to assist
replying ~ my mail, reply ~ my mail, reply me, contact me back, respond ~ my mail, build trust, keep ~ between us
establish ~ relationship, true relationship, in good health, god fearing, urgently confirm, email me now
await ~ response, await ~ reply, wait your response, waiting for your feedback, vital proposal, kind consideration
benefit of ~ doubt, benefit to both of us, risk-free, fine by the grace, hope ~ meets you, i am ~ accountant
i am ~ sergeant, i am ~ corporal, i am ~ general, i'm sergeant, i am captain, i'm captain, i'm corporal
inform me ~ readiness, please reply soon, officially notify you, officially approved, withdraw ~ daily
extortion: i hacked, i have hacked, hacked your, have access to your ~ device*, full access to, gained access ~ your
our team ~ access, your company ~ hacked, your website ~ hacked, your ~ database ~ stolen, infected ~ your ~ device*
installed ~ malware, installed ~ trojan, installed ~ virus, installed ~ spyware, trojan ~ your
your device ~ infected, malware ~ adult, rat software, keylogger, recorded you, i recorded, filmed you
recording of you, video of you, videos of you, footage of you, through your ~ camera, your ~ webcam, web camera
while you ~ watching, you ~ visited ~ adult, adult site*, adult website*, porn ~ site*, porn site*, porn website*
pleasuring yourself, masturbat*, i know your password, your password is, hired to kill, bomb ~ building
explosive ~ building, ddos attack ~ your, your data ~ stolen, your database
| pay me, send me ~ bitcoin, send ~ bitcoin, send ~ btc, transfer ~ bitcoin, pay ~ bitcoin, pay ~ btc, usd in bitcoin
usd ~ btc, bitcoin equivalent, bitcoin wallet ~ below, my bitcoin, my btc, my wallet, my wallet address
i will send ~ video, i send ~ video, send the video, send ~ your contacts, all your contacts
your ~ friends and family, friends and relatives, publish ~ video, share ~ video, release the video, leak ~ data
will be leaked, delete ~ video, destroy ~ video, erase ~ video, i will delete, you have 48 hours, you have 72 hours
you have 50 hours, you have ~ hours, within 48 hours, within 72 hours, do not ~ police, don't ~ police
not ~ contact ~ police, do not reply, don't try to, ransom, you ~ regret, your reputation, ruin your
account: account ~ suspended, account ~ limited, account ~ locked, account ~ restricted, account ~ blocked
security update ~ pending, 2fa ~ update, 2fa ~ expir*, mfa ~ expir*, authenticator ~ expir*, two-factor ~ expir*
multi-factor ~ expir*, security ~ outdated, wallet ~ not ~ verified, wallet ~ failed, wallet ~ not ~ updated
device ~ suspended, crypto ~ suspended, unverified accounts ~ suspended, new sign-in ~ blocked, benefits ~ on hold
account ~ hold, unusual ~ sign-in, unusual ~ signin, payroll ~ updated, unclaimed ~ refund, account ~ disabled
account ~ deactivated, account ~ terminated, account ~ closed, account ~ on hold, account ~ deleted
access ~ suspended, access ~ restricted, access ~ limited, card ~ blocked, card ~ suspended, card ~ deactivated
wallet ~ suspended, wallet ~ restricted, wallet ~ deactivated, unauthorized ~ access, unauthorized ~ transaction
unauthorised ~ transaction, unusual ~ activity, suspicious ~ activity, suspicious ~ transaction, payment ~ declined
payment ~ failed, unable to ~ charge, unable to ~ payment, problem with your ~ card, problem with your ~ payment
problem with your ~ billing, tax refund, refund ~ pending, unpaid toll, outstanding toll, unpaid fine, kyc ~ verif*
| verify ~ account, verify ~ identity, verify ~ information, verify ~ details, verify ~ wallet, verify now
activate ~ wallet, upgrade your account, upgrade ~ wallet, verify ~ wallets, synchronize ~ wallet, restore ~ wallet
report ~ user, take action ~ account, confirm ~ account, confirm ~ identity, confirm ~ information, confirm ~ details
confirm ~ wallet, validate ~ account, validate ~ wallet, update ~ account, update ~ payment, update ~ billing
update ~ information, update ~ details, restore ~ access, restore ~ account, reactivate ~ account, reactivate ~ card
unlock ~ account, unlock ~ access, recover ~ account, remove ~ limitation*, remove ~ restriction*, avoid ~ suspension
avoid ~ closure, avoid ~ termination, avoid ~ penalt*, permanently ~ closed, permanently ~ deleted
permanently ~ suspended, within 24 hours, within 48 hours, within ~ hours, seed phrase, recovery phrase
secret phrase, claim ~ refund, pay ~ immediately, failure to ~ result
parcel: package ~ on hold, parcel ~ on hold, package ~ held, parcel ~ held, package ~ waiting, parcel ~ waiting
shipment ~ on hold, shipment ~ held, package ~ could not be delivered, parcel ~ could not be delivered
unable to deliver ~ package, unable to deliver ~ parcel, package ~ undelivered, missed ~ delivery, package ~ customs
parcel ~ customs, shipment ~ customs, incomplete address, package ~ pending, parcel ~ pending
| pay ~ fee, pay ~ shipping, pay ~ customs, pay ~ duty, pay ~ delivery, shipping fee*, delivery fee*, customs fee*
customs dut*, redelivery fee*, handling fee*, unpaid ~ fee*, small fee, outstanding fee*, confirm ~ address
confirm ~ payment, confirm ~ delivery, update ~ address, update ~ delivery, schedule ~ delivery
reschedule ~ delivery, returned to ~ sender, return* ~ sender ~ if
callback: has been charged, have been charged, will be charged, was charged, has been debited, have been debited
will be debited, auto-debit*, auto debit*, auto-renew*, auto renew*, has been renewed, was renewed, has renewed
been deducted, will be deducted, purchase ~ confirmed, order ~ confirmed, order ~ processed, transaction ~ approved
payment ~ processed, order confirmation ~ done
| did not authorize, didn't authorize, didn't authorise, did not authorise, not authorized, not authorised
unauthorized, you did not ~ order, did not ~ purchase, didn't ~ purchase, did not ~ transaction, didn't ~ transaction
did not ~ place, didn't place, if ~ wasn't you, if this was not you, not ~ made by you, don't recognize
do not recognize, don't recognise, to cancel, cancel ~ subscription, cancel ~ order, cancel ~ renewal
cancel ~ charge, cancel ~ transaction, dispute ~ charge, dispute ~ transaction, claim ~ refund, stop ~ payment
payout: withdraw your, withdrawal ~ error, withdrawal ~ pending, pending withdrawal, your ~ balance is, btc balance
on your balance, account already has, you are now rich, accumulating ~ bitcoin, get ~ btc, pending btc
pending bitcoin, release ~ btc, release ~ bitcoin, tokens ~ distributed, reserved tokens, token program
token airdrop, allocation of reserved, bitcoin details, automatic bitcoin, bitcoin balance, accumulated ~ btc
accumulated ~ bitcoin, accumulated ~ eth, mining ~ balance, cloud mining, bitcoin transaction, get ~ bitcoin
transfer ~ btc, airdrop*, token allocation, dividends ~ released, claim ~ tokens, free ~ eth, free ~ tokens
loyalty campaign ~ xrp
| you have only, only 24 hours, have time to withdraw, account ~ deleted, not visited, haven't visited
withdraw ~ funds, withdraw ~ money, withdraw ~ earnings, time to withdraw, attached pdf, check your eligibility
registration opens, sign-in for the reserved, cash it out, within 24 hours, sign in to, haven't logged, inactive for
add ~ withdrawal address, get your ~ ethereum, get your ~ bitcoin, submit a claim, confirm your eligibility
eligibility ~ claim, connect ~ wallet, your wallet must, minimum of, withdraw now, transfer ~ to your ~ card
withdraw ~ to your
dating: hot singles, local singles, singles ~ near you, lonely ~ wives, lonely ~ women, sexy ~ girls, russian ~ girls
i am ~ lady, i am ~ girl, i am ~ mistress, i'm ~ lady, i'm ~ girl, im ~ girl, single lady, unmarried ~ girl
solitary ~ mistress, looking for ~ man, looking for ~ guy, seeking ~ dude, seeking ~ man, waiting for ~ guy
find ~ buddy, searching ~ man, hot women, meet singles, new flirt, real man, naughty ~ women, milf*, horny
russian ~ beaut*, ukrainian ~ girls, hot date, sex partner*, sex contact*, casual sex, adult dating, sex finder
meet ~ tonight, i'm a lonely, lonely ~ miss, young ~ lady ~ born, one night
| meet me, wish to see me, see my photos, my photos, my pictures, my profile, your profile, chat ~ me, write ~ me
send you my ~ photo*, send to you my ~ photo*, i can send ~ picture*, my picture, reply me, reply ~ me ~ at
email to me, write at, response to me at, are you free, wants to chat, looking forward to chatting, is looking for
look i'm ready, no strings, sign up ~ free, free registration, free access, uncensored, naked, nude, waiting for you
want* to meet, find ~ chap, serious relationship, let's talk, able to talk
document: shared ~ document with you, shared ~ file with you, shared ~ folder with you, document ~ shared with you
payroll ~ document, salary ~ review, benefits ~ enrollment, employee handbook, updated ~ policy, shared ~ onedrive
shared ~ sharepoint, file ~ shared with you, document ~ sent to you, documents ~ sent to you, completed document*
document ~ completed, new voicemail, new voice message, voice message from, missed call, voicemail ~ received
new fax, fax ~ received, incoming fax, scanned document*, remittance advice, payment advice, proof of payment
outstanding invoice*, overdue invoice*, payment ~ invoice ~ attached, quarantined ~ emails, encrypted message ~ you
| view document*, view ~ document, open document, review document, review ~ document, review ~ sign, sign ~ document
find attached, see attached, attached ~ document, open ~ attachment, see ~ attachment, view ~ attachment
open ~ attached, access document, access ~ document, download document, download ~ file, view file, open file
listen to ~ message, listen ~ voicemail, play voicemail, play ~ message, preview ~ online, view ~ online
click ~ view, click ~ download, sign in to view, login to view, log in to view, with your ~ email ~ password
view invoice, download invoice
`
