/** Places of the console: what the fragment of a URL names, and the way back. */
import { expect, test } from 'vitest'
import { hrefOf, placeOf } from '../../../src/console/web/router.ts'

test('the empty fragment is the first page of the role', () => {
  for (const fragment of ['', '#', '#/', '#//'])
    expect(placeOf(fragment, 'live')).toEqual({ page: 'live', params: {}, query: {} })
})

test('a page, what its path names and its query are read', () => {
  expect(placeOf('#/messages/K3X9ABCD?text=ann%40example.com&since=7d', 'live')).toEqual({
    page: 'message',
    params: { ref: 'K3X9ABCD' },
    query: { text: 'ann@example.com', since: '7d' },
  })
})

test.for(['#/nowhere', '#/messages/a/b', '#/__proto__', '#/constructor'])('%s is the unknown page', fragment => {
  expect(placeOf(fragment, 'live').page).toBe('unknown')
})

test.for([
  'plain',
  'dnsbl/listed',
  'a?b#c&d=e',
  '<script>alert(1)</script>',
  '%',
  '100%25',
  '会议 纪要',
  'with space',
  '..',
])('what a path names comes back as it was: %s', name => {
  const href = hrefOf('rule', { rule: name }, { text: name })
  expect(placeOf(href, 'live')).toEqual({ page: 'rule', params: { rule: name }, query: { text: name } })
})

test('a link that was cut in the middle of an escape is read as it stands', () => {
  expect(placeOf('#/rules/dnsbl%2', 'live')).toEqual({ page: 'rule', params: { rule: 'dnsbl%2' }, query: {} })
})

test('values that are empty or absent are left out of a link', () => {
  expect(hrefOf('messages', {}, { text: '', sender: undefined, recipient: 'ann@example.com' })).toBe(
    '#/messages?recipient=ann%40example.com',
  )
})
