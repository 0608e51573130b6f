/** Rules for messages whose words are in a picture. */
import { isClickTracker, isPictureHost } from '../../links/hosting.ts'
import { quote } from '../rules/quote.ts'
import type { Rule } from '../rules/rule.ts'
import type { MessageView } from '../rules/view.ts'
import { solid, sum } from './html-view.ts'
import { leadsToAuthor } from './own-links.ts'
import { qrCodes } from './qr-code.ts'

export const pictures = {
  'html/picture-only': {
    group: 'picture',
    fires: 'The message has pictures, links, and fewer than 60 characters of text.',
    points: 1.5,
    max: 1.5,
    find: seen => {
      const pictures = picturesIn(seen)
      if (pictures <= 0 || seen.clicks.length === 0) return undefined
      const shown = solid(seen.shown, 60)
      return shown < 60 && `pictures: ${pictures}, links: ${seen.clicks.length}, characters of text: ${shown}`
    },
  },
  'html/picture-led': {
    group: 'picture',
    fires:
      'A picture is a link, the text is shorter than 400 characters, and no link is the author’s or leads through a sending service that counts clicks; lists are exempt.',
    points: 0.5,
    max: 1.5,
    find: seen => {
      const { list, clicks, shown } = seen
      if (list || clicks.length === 0 || picturesIn(seen) <= 0 || !clicks.some(isPicture)) return undefined
      if (leadsToAuthor(seen) || clicks.some(({ host }) => isClickTracker(host))) return undefined
      const characters = solid(shown, 400)
      return (
        characters < 400 && `a picture is a link, the text has ${characters} characters, and no link is the author’s`
      )
    },
  },
  'html/picture-host': {
    group: 'picture',
    fires: 'A picture is at a host where anybody can put one without an account; mailing lists are exempt.',
    points: 1,
    max: 2.5,
    find: ({ links, from, list }) => {
      if (list) return undefined
      const link = links.all.find(
        link => PICTURES.has(link.from) && link.domain !== from?.organisation && isPictureHost(link.host),
      )
      return link && `a picture is at ${quote(link.host)}`
    },
  },
  'html/picture-without-link': {
    group: 'picture',
    fires: 'The message has a picture attached, hardly any text and no link: its words are in the picture.',
    points: 2,
    find: seen => {
      if (seen.html.length === 0 || seen.clicks.length > 0) return undefined
      const inside = seen.parts.all.some(({ contentType, size }) => contentType.startsWith('image/') && size > 5000)
      const shown = inside ? solid(seen.shown, 40) : 0
      return inside && shown < 40 && `a picture, no link, characters of text: ${shown}`
    },
  },
  ...qrCodes,
} satisfies Readonly<Record<string, Rule<MessageView>>>

const picturesIn = (seen: MessageView): number => sum(seen, ({ counts }) => counts.images - counts.trackers)

const isPicture = ({ element, from, shown }: MessageView['clicks'][number]): boolean =>
  element === 'a' && from === 'href' && shown === ''

const PICTURES: ReadonlySet<string> = new Set(['src', 'srcset', 'background', 'style'])
