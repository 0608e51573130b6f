import { expect, test } from 'vitest'
import { authorHostingOf, hostingOf, isDynamic, isPictureHost, isShortener } from '../../src/links/hosting.ts'
import { isCheapTld, tldAbuse } from '../../src/links/tlds.ts'

const at = (url: string) => ({ url, host: new URL(url).hostname })

test('two kinds of hosting differ in how many honest senders link to it', () => {
  expect(hostingOf(at('https://i-6otvy-rj.a.run.app/bb/'))).toBe('disposable')
  expect(hostingOf(at('https://us-central1-x.cloudfunctions.net/y'))).toBe('disposable')
  expect(hostingOf(at('https://livesac.node.cloudlets.zone/'))).toBe('disposable')
  expect(hostingOf(at('https://anna.github.io/notes'))).toBe('shared')
  expect(hostingOf(at('https://bucket.s3.eu-central-1.amazonaws.com/a.html'))).toBe('shared')
  expect(hostingOf(at('https://docs.google.com/forms/d/e/1/viewform'))).toBe('shared')
  expect(hostingOf(at('https://docs.google.com/document/d/1'))).toBeUndefined()
  expect(hostingOf(at('https://run.app.example.org/'))).toBeUndefined()
})

test('an author below hosting is judged by how many honest senders write there', () => {
  expect(authorHostingOf('pay-4471.firebaseapp.com')).toBe('pages')
  expect(authorHostingOf('mail.pay-4471.vercel.app')).toBe('pages')
  expect(authorHostingOf('tenant99.onmicrosoft.com')).toBe('provider')
  expect(authorHostingOf('anna.duckdns.org')).toBe('provider')
  expect(authorHostingOf('weebly.com')).toBeUndefined()
  expect(authorHostingOf('firebaseapp.com.example.org')).toBeUndefined()
  expect(authorHostingOf('localhost')).toBeUndefined()
})

test('a TLD is cheap by the share of its domains that are reported, and not by their number', () => {
  expect(tldAbuse('parcel.icu')).toBe('cheap')
  expect(tldAbuse('parcel.za.com')).toBe('cheap')
  expect(tldAbuse('larch.club')).toBe('frequent')
  expect(tldAbuse('larch.info')).toBe('frequent')
  expect(['example.com', 'example.org', 'example.de', 'localhost'].map(tldAbuse)).toEqual(Array(4).fill(undefined))
  expect(isCheapTld('larch.info')).toBe(false)
})

test('short codes, dynamic names and free pictures are found by host and by path', () => {
  expect(isShortener(at('https://www.linkedin.com/slink?code=gsmQ6t4W'))).toBe(true)
  expect(isShortener(at('https://www.linkedin.com/in/anna'))).toBe(false)
  expect(isDynamic('box.dyndns.org')).toBe(true)
  expect(isDynamic('www.dyndns.org')).toBe(false)
  expect(isPictureHost('i.imgur.com')).toBe(true)
  expect(isPictureHost('avatars.githubusercontent.com')).toBe(false)
})
