/** The beginnings of attached documents meet the rules of fraud, and no other rule of words. */
import { expect, test } from 'vitest'
import { type DocumentContent, documents } from '../../../../src/facts/documents.ts'
import { wording } from '../../../../src/filters/content/wording/wording.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'

const said = async (
  text: string,
  { subject = 'Invoice 7', from = 'Anna Poe <anna@gmail.com>', own = 'See the file.' } = {},
) => {
  const attached: DocumentContent = {
    path: '2',
    names: ['invoice.zip', 'invoice.pdf'],
    links: [{ url: 'https://example.com/' }],
    text,
    pictures: [],
  }
  const found = await probe(wording(), {
    reversePath: 'anna@gmail.com',
    forwardPaths: ['bob@example.net'],
    message: message({ subject, from, text: `${own}\n` }),
    facts: [[documents, text === '' ? [] : [attached]]],
  })
  return found.map(({ rule = '', reason }) => [rule, reason])
}

const CALL_BACK =
  'Thank you for your order. Your account will be charged 349.99 USD today. If you did not authorize this charge, call +1 (808) 555-0142 to cancel your subscription.'

test('a telephone number in a document that cancels a charge is call-back fraud, and the file is named', async () => {
  const found = await said(CALL_BACK)
  expect(found.map(([rule]) => rule)).toContain('wording/callback-phishing')
  expect(found.map(([, reason]) => reason).join()).toContain('the text of “invoice.pdf” announces a charge')
})

test('an ordinary number needs three phrases, as a club with a free address announces its fee', async () => {
  const fee = 'Your subscription of £40 will be charged on 1 January. To cancel call Margaret on 0113 496 0133.'
  expect(await said(fee)).toEqual([])
  const scam = CALL_BACK.replace('+1 (808) 555-0142', '0113 496 0133')
  expect((await said(scam)).map(([rule]) => rule)).toContain('wording/callback-phishing')
  expect((await said(fee.replace('0113 496 0133', '0800 496 0133'))).map(([rule]) => rule)).toHaveLength(1)
})

test('extortion and advance-fee fraud are found in a document', async () => {
  const wallet = '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'
  const threat = `I hacked your device and recorded you through your webcam. Send 900 USD in bitcoin to ${wallet}, you have 48 hours.`
  expect((await said(threat)).map(([rule]) => rule)).toContain('wording/extortion')
  const story =
    'My name is Helen. My late husband left a sum of nine million dollars, and I want your assistance. Contact me.'
  expect((await said(story)).map(([rule]) => rule)).toContain('wording/advance-fee')
})

test('a claim in the message and a request in a document are no passage', async () => {
  expect(await said('Please verify your account.', { own: 'They wrote that your account was locked.' })).toEqual([])
})

test('advertising, greetings and exclamation marks of a document cost nothing', async () => {
  const brochure = `Dear customer, buy now!!! Act now, order now, lowest price, special offer, risk free, no obligation, money back guarantee, satisfaction guaranteed, 100% free, viagra, cialis.`
  expect(await said(brochure)).toEqual([])
})

const CONTRACT = `Terms of the contract. 1. The customer receives a password for the portal. ${'The parties agree on what follows. '.repeat(200)}
The provider may block the account after two reminders. The customer must verify the account with the password. Your account was locked; verify your account.`

test('what a contract says behind its first pages costs nothing, and what it says costs no more than in the text', async () => {
  expect(await said(CONTRACT)).toEqual([])
  const clause = 'Your account was locked. Verify your account now.'
  const inFile = await said(clause)
  const inText = await said('', { own: `${clause} https://example.com/` })
  expect(inFile.map(([rule]) => rule)).toEqual(inText.map(([rule]) => rule))
})
