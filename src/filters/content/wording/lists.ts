/**
 * The book of phrases that every message is searched for: the kinds of fraud in languages of Latin script, and English
 * lists of unsolicited advertising. The lists stay small: the classifier learns the rest.
 */
import { type KindList, kindLists } from './kinds.ts'
import { cs } from './languages/cs.ts'
import { de } from './languages/de.ts'
import { en } from './languages/en.ts'
import { es } from './languages/es.ts'
import { fr } from './languages/fr.ts'
import { hu } from './languages/hu.ts'
import { id } from './languages/id.ts'
import { it } from './languages/it.ts'
import { nl } from './languages/nl.ts'
import { pl } from './languages/pl.ts'
import { pt } from './languages/pt.ts'
import { ro } from './languages/ro.ts'
import { sv } from './languages/sv.ts'
import { tr } from './languages/tr.ts'
import { vi } from './languages/vi.ts'
import { PhraseBook } from './phrases.ts'

const pharmacy = `
viagra, cialis, levitra, sildenafil, tadalafil, phentermine, xanax, valium, vicodin, hydrocodone, soma, ambien
meridia, propecia, online pharmacy, canadian pharmacy, prescription required, no prescription, without prescription
doctor visit, generic, human growth, hgh, growth hormone, penis, enlargement, enlarge, erection, erectile, libido
orgasm, sex drive, testosterone, prostate, lose weight, weight loss, lose up to, diet pill, diet pills, fat burning
burn fat, burns fat, keto, gummies, cbd, anti-aging, anti aging, wrinkles, hair loss, cellulite, herbal, all natural
pheromone, miracle, blood sugar, tinnitus, toenail, memory loss
`

const adult = `
xxx, porn, porno, hardcore, sluts, horny, teens, teen sex, sex with, sexy girls, hot girls, naked, nude, adult site
explicit, 18 years, over 18, 21 years, webcam girls, live girls, cum, pussy, lesbian, incest, milf, hot singles
local singles, lonely wives, cheating wives, dating, meet singles, ukrainian girls, russian girls, wants to meet
hook up, one night
`

const income = `
work at home, work from home, home based business, home-based business, home business, make money, extra income
extra cash, earn money, earn up to, $ per week, per week, per month, financial freedom, financially independent
financial independence, be your own boss, own boss, unlimited income, no experience, mlm, multi level, multi-level
network marketing, downline, pyramid, residual income, quit your job, business opportunity, money making, get rich
millionaire, cash flow, free report, this program, reports, $5.00, dollar bills, chain letter, envelopes
investment opportunity, stock pick, hot stock, otc, price target, strong buy, symbol, penny stock, offshore, tax free
judgment, judicial judgments, passive income, trading bot, forex, guaranteed profit, guaranteed income
`

const credit = `
mortgage, refinance, refinancing, home loan, lowest rates, interest rates, low rates, rates are, bad credit
credit card debt, credit cards, credit repair, consolidate, consolidation, debt free, out of debt, pre-approved
preapproved, approved, loan, loans, lenders, lender, equity, insurance quote, life insurance, term life
auto insurance, health insurance, warranty, extended warranty, free quote, free quotes, no obligation, cash advance
payday, social security, merchant account, accept credit cards
`

const goods = `
toner, ink cartridge, ink cartridges, inkjet, diploma, diplomas, university degree, descrambler, cable box
satellite tv, free cable, email addresses, e-mail addresses, bulk email, bulk e-mail, million emails, million email
targeted email, opt-in email, email marketing, spam software, copy dvd, dvd copy, burn dvd, rolex, replica, replicas
watches, designer, casino, casinos, blackjack, poker, gambling, sportsbook, vacation, timeshare, free trip
oem software, cheap software, software at, adobe photoshop, spy on, detective, background check, find out anything
long distance, cents per minute, calling card, web hosting, domain name, search engine, seo, backlinks
first page of google, website traffic, web design, ring tones, ringtones, ad space, lead generation
`

/** Explanations why the message is not spam. */
const spamDisclaimer = `
this is not spam, not spam, this is not unsolicited, not intended for residents, s. 1618, s.1618, s1618, section 301
title iii, bill 1618, 105th congress, cannot be considered spam, considered spam, considered as spam, hr 4176
one time mailing, one-time mailing, one time email, one time message, opt-in list, opt in list, opted-in
opted to receive, partner sites, remove in the, with remove, word remove, the word "remove*, "remove"
click here to remove, remove yourself, unsubscribe me, wish to be removed, marketing company, strictly enforces
anti-spam policy, never spam, reply to this email with, mailing list removal, further mailings
future offers, future promotions, take me off, exclude yourself
`

/** Phrases that honest advertising has too. */
const advertising = `
click here, order now, order today, buy now, call now, call today, act now, apply now, sign up, visit our
limited time, today only, while supplies, supplies last, 100% free, absolutely free, totally free, free gift
free trial, for free, free of charge, free access, free membership, free info*, risk free, risk-free, money back
money-back, satisfaction guaranteed, 100% guaranteed, guarantee, guaranteed, no cost, no obligation, no strings
no catch, no fees, special offer, special promotion, exclusive offer, this offer, lowest price, lowest prices
best price, best prices, discount, save up to, save big, % off, per day, amazing, incredible, unbelievable
revolutionary, once in a lifetime, opportunity, don't miss, do not miss, why pay more, credit card, visa, mastercard
toll free, toll-free, 24 hours a day, operators, bonus, bargain, cash, dollars, print this, for only, only $*
as seen on, dear friend, dear sir, dear homeowner, valued customer, limited offer, hurry, winner, prize, instantly
`

/** Offers of credit that somebody who asks for nothing sends; advisers do not write so. */
const creditOffer = `
lowest rates, low rates, bad credit, credit repair, consolidate your, debt free, out of debt, pre-approved, preapproved
free quote, free quotes, no obligation, cash advance, payday, lenders compete, approved for, no credit check, accept credit cards
insurance quote, save thousands, tired of
`

const advertisements = {
  pharmacy,
  adult,
  income,
  credit,
  creditOffer,
  goods,
  spamDisclaimer,
  advertising,
} as const

/** A list of phrases. */
export type ListName = KindList | keyof typeof advertisements

export const book = new PhraseBook<ListName>({
  ...advertisements,
  ...kindLists(en, de, fr, es, pt, it, nl, pl, cs, hu, ro, sv, tr, vi, id),
})
