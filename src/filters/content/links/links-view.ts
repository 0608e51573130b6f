/** The view of a message that the rules of links examine. */
import type { Message } from '../../../model/stage.ts'
import { type MessageView, messageView } from '../../rules/view.ts'
import { type Brands, brandNames } from '../brand-names.ts'

export interface LinksView extends MessageView {
  /** Finds brands in texts and in host names. */
  readonly brands: Brands
}

export async function linksView(message: Message): Promise<LinksView> {
  const [seen, brands] = await Promise.all([message.ask(messageView), brandNames()])
  return { ...seen, brands }
}
