/** An address of a mailbox or a host, which breaks at its signs and not within its words. */
import { Fragment } from 'preact'

/** @param text was made inert before */
export const Address = ({ text }: { readonly text: string }) => (
  <span class="address">
    {text.split(/(?<=[@.])/).map((part, index, parts) => (
      <Fragment key={parts.slice(0, index + 1).join('')}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </span>
)
