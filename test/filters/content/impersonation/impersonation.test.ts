/** Senders who show themselves as somebody else: each rule with what fires it and what just does not. */
import { expect, test } from 'vitest'
import { type ImpersonationRule, impersonation } from '../../../../src/filters/content/impersonation/impersonation.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { zone } from '../../../../src/testing/zone.ts'
import { type RuleCase, tryRules } from '../../../support/rule-cases.ts'

const cases: Readonly<Record<ImpersonationRule, RuleCase>> = {
  'impersonation/brand': {
    fires: { from: 'PayPaI Service <service@evil.example.com>' },
    reason: '“PayPaI Service” claims to be PayPal, and writes from “evil.example.com”',
    spares: { from: 'PayPal <service@intl.paypal.com>' },
  },
  'impersonation/disguised-brand': {
    fires: { from: 'РауРаl <service@evil.example.com>' },
    reason: '“РауРаl” spells PayPal with other characters',
    spares: { from: 'Pay-Pal Páypal <service@evil.example.com>' },
  },
  'impersonation/brand-unproven': {
    fires: {
      reversePath: 'service@paypal.com',
      dns: zone({
        'paypal.com': { TXT: ['v=spf1 -all'] },
        '_dmarc.paypal.com': { TXT: ['v=DMARC1; p=none'] },
      }),
      message: message({ from: 'Service <service@paypal.com>' }),
    },
    reason: 'the author writes from “paypal.com” of PayPal, and nothing proves it',
    spares: {
      reversePath: 'service@paypal.com',
      dns: zone({
        'paypal.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
        '_dmarc.paypal.com': { TXT: ['v=DMARC1; p=none'] },
      }),
      message: message({ from: 'Service <service@paypal.com>' }),
    },
  },
  'impersonation/brand-in-address': {
    fires: { from: 'Service <service@paypal-help.com>' },
    reason: 'the author’s domain “paypal-help.com” contains the name of PayPal',
    spares: { from: 'Service <service@mail.paypal.de>' },
  },
  'impersonation/brand-in-local-part': {
    fires: { from: 'Team <netflix.support@evil.example.com>' },
    reason: '“netflix.support” claims to be Netflix, and writes from “evil.example.com”',
    spares: { from: 'Team <netflix@netflix.com>' },
  },
  'impersonation/brand-in-subject': {
    fires: { from: 'Team <team@evil.example.com>', subject: 'Your Netflix account is on hold' },
    reason:
      'the subject “Your Netflix account is on hold” names Netflix, and the author writes from “evil.example.com”',
    spares: { from: 'Alice <alice@example.com>', subject: 'Shall we watch Netflix tonight?' },
  },
  'impersonation/brand-in-text': {
    fires: {
      html: '<p>Microsoft account. We noticed unusual activity: your account is locked. The Microsoft team.</p><a href="https://evil.example.com/">Review</a>',
    },
    reason: 'the text names Microsoft, and neither the author “example.org” nor a link belongs to it',
    spares: {
      html: '<p>Microsoft account. We noticed unusual activity: your account is locked. The Microsoft team.</p><a href="https://account.microsoft.com/">Review</a>',
    },
  },
  'impersonation/recipient-domain': {
    fires: { from: '"example.net Support" <x@evil.example.com>' },
    reason: '“example.net Support” names the recipient’s domain, and writes from “evil.example.com”',
    spares: { from: '"example.net Support" <support@mail.example.net>' },
  },
  'impersonation/role-name': {
    fires: { from: 'IT Helpdesk <desk.it.77@gmail.com>' },
    reason: '“IT Helpdesk” writes from the free mail service “gmail.com”',
    spares: { from: 'IT Helpdesk <helpdesk@example.com>' },
  },
  'impersonation/person': {
    fires: { from: '"Direktor, Carla" <carla.direktor@gmail.com>' },
    reason:
      '“Direktor, Carla” is the name of Carla Direktor, and “carla.direktor@gmail.com” is not one of their addresses',
    spares: { from: 'Carla Direktor <Carla@mycompany.net>' },
  },
  'impersonation/address-in-name': {
    fires: { from: '"alice@mycompany.net" <x@evil.example.com>' },
    reason: 'the display name is the address “alice@mycompany.net”, and the author writes from “evil.example.com”',
    spares: { from: '"alice@example.com" <alice@mail.example.com>' },
  },
  'impersonation/look-alike-protected': {
    fires: { from: 'Alice <alice@mycornpany.net>' },
    reason: 'the author’s domain “mycornpany.net” resembles the protected domain mycompany.net',
    spares: { from: 'Alice <alice@yourcompany.net>' },
  },
  'impersonation/other-tld': {
    fires: { from: 'Alice <alice@mycompany.co>' },
    reason: 'the author’s domain “mycompany.co” is the protected domain mycompany.net under another TLD',
    spares: { from: 'Alice <alice@sub.mycompany.net>' },
  },
  'impersonation/protected-domain': {
    fires: { from: 'Alice <alice@mycompany.net>' },
    reason: 'the author writes from the protected domain mycompany.net, and neither SPF nor DKIM authenticates it',
    spares: {
      reversePath: 'alice@mycompany.net',
      dns: zone({
        'mycompany.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
        '_dmarc.mycompany.net': { TXT: ['v=DMARC1; p=none'] },
      }),
      message: message({ from: 'Alice <alice@mycompany.net>' }),
    },
  },
  'impersonation/sender-is-recipient': {
    fires: { from: 'bob@example.net', to: 'bob@example.net' },
    reason: 'the author “bob@example.net” is the recipient, and neither SPF nor DKIM authenticates the address',
    spares: { from: 'bob@example.net', to: 'bob@example.net, alice@example.org' },
  },
  'impersonation/reply-to-free-mail': {
    fires: { header: { 'Reply-To': 'carla77@gmail.com' } },
    reason: 'Reply-To is “carla77@gmail.com”, and the author writes from “example.org”',
    spares: { header: { 'Reply-To': 'answers@example.com' } },
  },
  'impersonation/reply-to-mismatch': {
    fires: { from: 'carla@yahoo.com', header: { 'Reply-To': 'carla77@gmail.com' } },
    reason: 'the author is “carla@yahoo.com”, and Reply-To is “carla77@gmail.com”',
    spares: { from: 'carla@yahoo.com', header: { 'Reply-To': 'Carla <Carla@yahoo.com>' } },
  },
  'impersonation/three-organisations': {
    fires: {
      header: { 'Reply-To': 'answers@example.net' },
      html: '<a href="https://evil.example.com/">Look</a>',
    },
    reason: 'the author writes from “example.org”, answers go to “example.net”, and links lead to “example.com”',
    spares: {
      header: { 'Reply-To': 'answers@example.net' },
      html: '<a href="https://evil.example.com/">Look</a> <a href="https://www.example.org/">Us</a>',
    },
  },
  'impersonation/fake-reply': {
    fires: { subject: 'RE: your order' },
    reason: 'the subject “RE: your order” is that of a reply, and the message refers to no earlier message',
    spares: { subject: 'Re: your order', header: { 'In-Reply-To': '<1@example.net>' } },
  },
  'impersonation/obfuscated-name': {
    fires: { subject: 'Your acc\u200bount' },
    reason: 'the display name or the subject has hidden or look-alike characters: “Your acc\\u{200b}ount”',
    spares: { subject: 'می‌خواهم 👩‍🚀 Grüße — 5 µm' },
  },
  'impersonation/decorated-name': {
    fires: { from: '"#Deals#" <alice@example.com>' },
    reason: 'the display name is decorated: “#Deals#”',
    spares: { from: '"J. R. R. Tolkien (#1)" <alice@example.com>' },
  },
  'impersonation/decorated-subject': {
    fires: { subject: '_Your_Reward_Worth_' },
    reason: 'the subject is decorated: “_Your_Reward_Worth_”',
    spares: { subject: 'net/ipv4: tcp_mem_pressure is read once' },
  },
  'impersonation/no-reply-name': {
    fires: { from: 'noreply <wbatten@example.com>' },
    reason: 'the display name is “noreply”, and the author writes as “wbatten@example.com”',
    spares: { from: 'No Reply <do-not-reply@example.com>' },
  },
  'impersonation/machine-sender': {
    fires: { from: 'Bank <www-data@shop.example.com>' },
    reason: 'the author “www-data@shop.example.com” is a machine',
    spares: { from: 'Bank <www@data.example.com>' },
  },
  'impersonation/random-sender': {
    fires: { from: 'Alice <xkqwjrtbv@example.com>' },
    reason: 'the author’s address “xkqwjrtbv@example.com” looks random',
    spares: { from: 'Alice <alice.schwarzschild@example.com>' },
  },
  'impersonation/cheap-tld': {
    fires: { from: 'Alice <alice@parcels.click>' },
    reason: 'the author’s domain “parcels.click” is under a cheap TLD that is often abused',
    spares: { from: 'Alice <alice@click.example.com>' },
  },
  'impersonation/hosting-domain': {
    fires: { from: 'Alice <alice@project-1.firebaseapp.com>' },
    reason: 'the author’s domain “project-1.firebaseapp.com” lies below a domain of free hosting',
    spares: { from: 'Alice <alice@firebaseapp.example.com>' },
  },
  'impersonation/provider-domain': {
    fires: { from: 'Alice <alice@tenant99.onmicrosoft.com>' },
    reason:
      'the author’s domain “tenant99.onmicrosoft.com” lies below a domain that a provider gives to every customer',
    spares: { reversePath: '', message: message({ from: 'Outlook <postmaster@tenant99.onmicrosoft.com>' }) },
  },
}

const people = [{ name: 'Carla Direktor', addresses: ['carla@mycompany.net'] }]

tryRules<ImpersonationRule>(options => impersonation({ people, protect: ['mycompany.net'], ...options }), cases, {
  'impersonation/brand': 'A22 the name of a company shown by a stranger',
  'impersonation/person': 'A22 the name of a protected person shown by a stranger',
  'impersonation/look-alike-protected': 'A22 a sender that looks like a protected domain',
  'impersonation/reply-to-free-mail': 'A22 answers that go to a free mail service',
  'impersonation/disguised-brand': 'A22 the name of a company in letters that look like others',
  'impersonation/obfuscated-name': 'A22 look-alike and invisible letters in a name or a subject',
})

const proven = (from: string, domain: string) =>
  ({
    utf8: true,
    reversePath: `x@${domain}`,
    forwardPaths: ['bob@example.net'],
    dns: zone({
      [domain]: { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
      [`_dmarc.${domain}`]: { TXT: ['v=DMARC1; p=none'] },
    }),
    message: message({ from, html: '<p>The door is ordered.</p>' }),
  }) as const

test.for([
  ['Chase Bennett <chase@bennett-law.example>', 'bennett-law.example'],
  ['Chase <chase@bennett-law.example>', 'bennett-law.example'],
  ['Norton Wise <norton.wise@fernwell.example>', 'fernwell.example'],
  ['Apple Martin <apple@martin.example>', 'martin.example'],
  ['Visa Services Larchfield <info@visa-larchfield.example>', 'visa-larchfield.example'],
  ['Visa & Passport Bureau <info@papers.example>', 'papers.example'],
  ['Telegram Repairs & Vodafone Shop Larchfield <shop@phones-larchfield.example>', 'phones-larchfield.example'],
  ['Larchfield Amazon Watch <hello@larchfield.example>', 'larchfield.example'],
  ['"cPanel on web1.larchfield.example" <cpanel@web1.larchfield.example>', 'web1.larchfield.example'],
  ['WordPress <wordpress@larchfield.example>', 'larchfield.example'],
  ['Nextcloud <nextcloud@cloud.larchfield.example>', 'cloud.larchfield.example'],
  ['"Kurier DPD (via Poczta Allegro)" <x@allegromail.pl>', 'allegromail.pl'],
  ['Orange County Library <news@library.example>', 'library.example'],
  ['Delta Dental Practice <post@smiles.example>', 'smiles.example'],
  ['Apple News <news@insideapple.apple>', 'insideapple.apple'],
  ['Amazon Web Services <no-reply@signin.aws>', 'signin.aws'],
  ['AWS Notifications <no-reply@marketplace.aws.com>', 'marketplace.aws.com'],
  ['Temu <temu@orders.temuofficial.com>', 'orders.temuofficial.com'],
  ['Google <no-reply@accounts.google>', 'accounts.google'],
  ['Microsoft Outlook <postmaster@outlook.com>', 'outlook.com'],
] as const)('%s is what it says', async ([from, domain]) => {
  const found = await probe(impersonation(), proven(from, domain))
  expect(found.filter(({ points = 0 }) => points > 0)).toEqual([])
})

test('the web site of a small firm has no DMARC policy, and its software writes under its own name', async () => {
  const domain = 'larchfield.example'
  const dns = zone({ [domain]: { TXT: ['v=spf1 ip4:192.0.2.1 -all'] } })
  const found = await probe(impersonation(), { ...proven(`WordPress <wordpress@${domain}>`, domain), dns })
  expect(found.filter(({ points = 0 }) => points > 0)).toEqual([])
})

test.for([
  ['Ｐａｙｐａｌ <x@evil.example.com>', 'PayPal'],
  ['ᴘᴀʏᴘᴀʟ <x@evil.example.com>', 'PayPal'],
  ['Pay\u200bPal <x@evil.example.com>', 'PayPal'],
  ['P a y P a l <x@evil.example.com>', 'PayPal'],
  ['Trust-WaIIet LTD <x@evil.example.com>', 'Trust Wallet'],
  ['lRS.GOV <x@evil.example.com>', 'IRS'],
  ['"Fatura Digital ltaucard: 47630" <x@evil.example.com>', 'Itau'],
  ['Ripple Team <x@evil.example.com>', 'Ripple'],
  ['Stellar Development Foundation <x@evil.example.com>', 'Stellar'],
  ['Mashreq <x@evil.example.com>', 'Mashreq'],
  ['Сбербанк Онлайн <x@evil.example.com>', 'Sberbank'],
  ['Banco*do*Brasil <x@evil.example.com>', 'Banco do Brasil'],
  ['PayPal Larchfield <x@evil.example.com>', 'PayPal'],
  ['cPanel Support <x@evil.example.com>', 'cPanel'],
  ['Amazon <no-reply@evil.amazonaws.com>', 'Amazon'],
  ['Microsoft Outlook <bob77@outlook.com>', 'Microsoft'],
  ['Microsoft account team <no-reply-account-team@outlook.com>', 'Microsoft'],
] as const)('A22 %s claims to be %s, whatever proves the domain', async ([from, brand]) => {
  const domain = /@([^>]+)>/.exec(from)?.[1] ?? ''
  const found = await probe(impersonation({ points: { 'impersonation/brand': 1 } }), proven(from, domain))
  expect(found.find(({ rule }) => rule === 'impersonation/brand')?.reason).toContain(`claims to be ${brand},`)
})

test.for([
  ['Buy_now_and_save', true],
  ['best_offer_1,000_dollars', true],
  ['quarterly_numbers_2024', false],
  ['meeting_notes', false],
  [`${'_'.repeat(190)}!`, false],
  [`${'*|'.repeat(90)}!`, false],
] as const)('the subject %s is decorated: %s', async ([subject, decorated]) => {
  const found = await probe(impersonation(), { message: message({ subject }) })
  expect(found.some(({ rule }) => rule === 'impersonation/decorated-subject')).toBe(decorated)
})

test('a tenant of Microsoft is charged once', async () => {
  const from = 'Alice <alice@yx2nqoz.onmicrosoft.com>'
  const found = await probe(impersonation(), proven(from, 'yx2nqoz.onmicrosoft.com'))
  expect(found.map(({ rule }) => rule)).toEqual(['impersonation/provider-domain'])
})

test('a contact form answers to its visitor', async () => {
  const visit = (local: string) => ({
    ...proven('x@y.example', 'larchfield.example'),
    message: message({
      from: `Larchfield Web <${local}@larchfield.example>`,
      header: { 'Reply-To': 'jane.roe77@gmail.com' },
      text: 'From: Jane Roe <jane.roe77@gmail.com>\nHello, when are you open?',
    }),
  })
  const rules = async (local: string) =>
    (await probe(impersonation({ points: { 'impersonation/reply-to-free-mail': 1 } }), visit(local))).map(
      ({ rule }) => rule,
    )
  expect(await rules('wordpress')).toEqual([])
  expect(await rules('director')).toEqual(['impersonation/reply-to-free-mail'])
})

test.for([
  'xiyuyang19@fudan.edu.cn',
  'zhangxiaoxu5@example.com',
  'xieziyao@example.com',
  'sujiaxun@example.com',
  'a.schwarzschild@example.com',
  'krzysztof@example.pl',
  'smfrench@gmail.com',
  'matchsprint@example.com',
  'nsandschn@gmx.de',
])('the name %s is not random', async address => {
  const found = await probe(impersonation(), { message: message({ from: `A <${address}>` }) })
  expect(found).toEqual([])
})

test.for([
  'Orinda Rubison <orindarubisonziyxr@gmail.com>',
  'folken kingsley <folkenkingsleytncdttrqvdrk@gmail.com>',
  'Bank <tyjghjghkg@example.com>',
  'Bank <a1b2c3d4e5@example.com>',
])('A22 %s has a random address', async from => {
  const found = await probe(impersonation({ points: { 'impersonation/random-sender': 1 } }), {
    message: message({ from }),
  })
  expect(found.map(({ rule }) => rule)).toContain('impersonation/random-sender')
})

test.for([
  'Norton Rose Fulbright <news@nortonrosefulbright.com>',
  'Ed Norton <ed@example.com>',
  'The UPS Store <offers@email.theupsstore.com>',
  'Apple Blossom Farm <hello@appleblossom.example.com>',
  'Target Practice Club <club@example.com>',
  'Costco Wholesale <Costco@digital.costco.com>',
  'Alice Example via DocuSign <dse@docusign.net>',
  '"Amazon.de" <bestellbestaetigung@amazon.de>',
  'Facebook <notification@facebookmail.com>',
  'Chase <no.reply.alerts@chase.com>',
])('%s is no other person', async from => {
  expect(await probe(impersonation(), { message: message({ from }) })).toEqual([])
})

test.for([
  ['Apple Support <x@evil.example.com>', 'Apple'],
  ['Аmazоn <x@evil.example.com>', 'Amazon'],
  ['N3tflix <x@evil.example.com>', 'Netflix'],
  ['M1crosoft Account Team <x@evil.example.com>', 'Microsoft'],
  ['Chase Security <x@evil.example.com>', 'Chase'],
  ['メルカリ 楽天 <x@evil.example.com>', 'Rakuten'],
] as const)('A22 %s is told to feign %s', async ([from, brand]) => {
  const found = await probe(impersonation(), { utf8: true, message: message({ from }) })
  expect(found.filter(({ rule }) => rule === 'impersonation/brand').map(({ reason }) => reason)).toEqual([
    expect.stringContaining(`claims to be ${brand}, and writes from “evil.example.com”`),
  ])
})
