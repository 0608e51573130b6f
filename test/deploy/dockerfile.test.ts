/** The image has what examines archives and codes, and what nodes that share a store or a history need. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const install = /^RUN npm install (.*?) && /m.exec(readFileSync('deploy/Dockerfile', 'utf8'))?.[1]?.split(/\s+/) ?? []
const { optionalDependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'optionalDependencies' | 'peerDependencies',
  Record<string, string>
>

test('the optional packages are installed: without them archives and codes are not examined', () => {
  expect(Object.keys(optionalDependencies)).toHaveLength(3)
  expect(install).toContain('--omit=dev')
  expect(install.filter(word => /optional|ignore-scripts/.test(word))).toEqual([])
})

test('clients of Redis and PostgreSQL are installed, which npm does not add by itself', () => {
  const named = install.filter(word => !/^[-.]/.test(word))
  expect(named).toEqual(['ioredis', 'postgres'])
  expect(named.filter(name => !(name in peerDependencies))).toEqual([])
})
