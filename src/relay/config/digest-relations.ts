/** What digests need beside their own block. */
import { type Relation, relation } from '../../model/options.ts'
import type { RelayConfig } from './types.ts'

export const digestRelations: readonly Relation<RelayConfig>[] = [
  relation(
    ['quarantine', 'digest'],
    ({ quarantine, digest }) =>
      digest !== undefined &&
      quarantine === undefined && {
        found: quarantine,
        expected: 'a quarantine, since a digest lists what is held',
        remedy: "set quarantine: { folder: '/var/lib/postern/held' }",
      },
  ),
  relation(
    ['mail', 'digest'],
    ({ mail, digest }) =>
      digest !== undefined &&
      mail === undefined && {
        found: mail,
        expected: 'who our own mail is from, since a digest is mail',
        remedy: "set mail: { from: 'postern@example.org' }",
      },
  ),
  relation(
    ['digest', 'console'],
    ({ digest, console }) =>
      digest !== undefined &&
      digest.url === undefined &&
      console?.url === undefined && {
        found: digest.url,
        expected: 'where the links of digests lead: digest.url, or console.url',
        remedy: "set digest.url: 'https://mail.example.org'",
      },
  ),
  relation(
    ['digest', 'console'],
    ({ digest, console }) =>
      digest !== undefined &&
      digest.listen === undefined &&
      console === undefined && {
        found: digest.listen,
        expected: 'where the pages behind the links are served: digest.listen, or the console',
        remedy: "set digest.listen: '127.0.0.1:8026', with a reverse proxy in front of it",
      },
  ),
  relation(['digest', 'console'], ({ digest, console }) => {
    const url = digest?.url ?? console?.url
    return (
      digest?.listen !== undefined &&
      !LOOPBACK.test(digest.listen) &&
      url?.startsWith('https:') !== true && {
        found: digest.listen,
        expected: 'the loopback, or a url with https: of a reverse proxy in front of it, since a link is a secret',
        remedy: "set digest.listen: '127.0.0.1:8026', or digest.url: 'https://mail.example.org'",
      }
    )
  }),
]

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]):/
