/** Links that open something else than a page, each with links of honest mail beside it. */
import { expect, test } from 'vitest'
import { links } from '../../../../src/filters/content/links/links.ts'
import { message } from '../../../../src/testing/message.ts'
import { probe } from '../../../../src/testing/probe.ts'
import { link, page } from '../../../support/rule-cases.ts'

const rulesOf = async (one: Parameters<typeof message>[0]) =>
  (await probe(links(), { message: message(one) })).map(({ rule }) => rule)

test.for([
  'search:query=a&crumb=location:%5C%5Cevil.example.com%5Cshare',
  'SEARCH-MS:displayname=Documents&crumb=location:\\\\evil.example.com\\a',
  'ms-msdt:/id PCWDiagnostic /skip force',
  'ms-officecmd:%7B%22id%22:3%7D',
  'ms-appinstaller:?source=https://evil.example.com/a.msix',
  'ms-its:C:\\a.chm::/b.htm',
  'mhtml:https://evil.example.com/a!b',
  'ms-anything-else:x',
])('the link %s starts a program', async target => {
  expect(await rulesOf(link(target))).toContain('links/system-handler')
})

test.for([
  'mailto:anna@example.org',
  'tel:+4930123456',
  'sms:+4930123456',
  'msteams:/l/meetup-join/19',
  'zoommtg://zoom.us/join?confno=1',
  'webcal://example.org/calendar.ics',
  'onenote:https://d.docs.live.net/a/b.one',
  'ms-excel:ofv|u|https://larch.sharepoint.com/sites/a/b.xlsx',
  'ms-word:ofe|u|https://files.example.org/b.docx',
  'slack://channel?id=1',
  'geo:52.5,13.4',
])('the link %s of honest mail costs nothing', async target => {
  const rules = await rulesOf(link(target, 'here', { from: 'Anna <anna@example.org>' }))
  expect(rules.filter(rule => /handler|office|file|script/.test(rule ?? ''))).toEqual([])
})

test.for([
  'file://evil.example.com/share/a.lnk',
  'file:////evil.example.com/share/a.lnk',
  'file:\\\\evil.example.com\\share\\a.lnk',
  '\\\\evil.example.com\\share\\a.lnk',
  '\\\\evil.example.com@SSL@443\\DavWWWRoot\\a.lnk',
  'file://3325256713/share',
])('%s is a file on a server', async target => {
  expect(await rulesOf(link(target))).toContain('links/remote-file')
  expect(await rulesOf(page(`<img src="${target}">`))).toContain('links/remote-file')
})

test.for([
  '\\\\fileserver\\plans\\a.docx',
  '\\\\192.168.4.2\\plans',
  '\\\\files.example.org\\plans',
  'file:///C:/Users/anna/a.docx',
  'file:///home/anna/a!b.txt',
  'file://localhost/etc/motd',
])('%s of an author in example.org costs nothing', async target => {
  const rules = await rulesOf(link(target, 'the plans', { from: 'Anna <anna@example.org>' }))
  expect(rules.filter(rule => /file/.test(rule ?? ''))).toEqual([])
})

test.for([
  'data:application/xhtml+xml;base64,PGh0bWw+',
  'data:image/svg+xml;base64,PHN2Zz4=',
  'data:application/octet-stream;base64,TVo=',
  'data:application/x-zip-compressed;base64,UEs=',
  'blob:https://evil.example.com/9115d58c',
  'java\nscript:alert(1)',
])('the link %j contains a page, a script or a program', async target => {
  expect(await rulesOf(link(target))).toContain('links/script')
})

test.for([
  'data:text/calendar;charset=utf8,BEGIN:VCALENDAR',
  'data:image/png;base64,iVBORw0KGgo=',
  'data:text/vcard,BEGIN',
])('the link %s costs nothing', async target => {
  expect(await rulesOf(link(target))).not.toContain('links/script')
})
