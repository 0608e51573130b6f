/**
 * Hosting that anybody can use at once: free hosting, shorteners, IPFS gateways, dynamic DNS, cheap TLDs, free mail.
 */

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Suffixes below which anybody can publish pages. */
const FREE = set(`
  web.app firebaseapp.com r2.dev pages.dev workers.dev vercel.app netlify.app github.io gitlab.io glitch.me repl.co replit.app
  replit.dev herokuapp.com onrender.com render.com surge.sh fly.dev deno.dev azurewebsites.net azurestaticapps.net azurefd.net
  blob.core.windows.net web.core.windows.net cloudapp.azure.com storage.googleapis.com appspot.com run.app cloudfunctions.net
  firebasestorage.googleapis.com s3.amazonaws.com amplifyapp.com linodeobjects.com digitaloceanspaces.com ondigitalocean.app
  backblazeb2.com wasabisys.com oraclecloud.com myqcloud.com aliyuncs.com weebly.com weeblysite.com wixsite.com wixstudio.com
  blogspot.com wordpress.com godaddysites.com webflow.io framer.website framer.app framer.ai carrd.co strikingly.com
  mystrikingly.com yolasite.com webnode.page webador.com jimdosite.com site123.me square.site myportfolio.com notion.site
  canva.site softr.app zapier.app bubbleapps.io lovable.app typedream.app ucraft.site tilda.ws webcindario.com 000webhostapp.com
  infinityfreeapp.com rf.gd 42web.io byethost.com translate.goog trycloudflare.com ngrok.io ngrok-free.app ngrok.app
  serveo.net loca.lt gitbook.io readthedocs.io neocities.org altervista.org page.link sharepoint.mobi hubspotpagebuilder.com
  mybluehost.me wpenginepowered.com temporary.site cprapid.com plesk.page hostingersite.com zohosites.com builderallwppro.com
  clickfunnels.com systeme.io brizy.site teachable.site webwave.dev static.app tiiny.site cloudfront-free.net b-cdn.net
`)

/** Hosts and paths where anybody can publish forms and pages. */
const FREE_PATHS: readonly (readonly [host: string, path: string])[] = [
  ['sites.google.com', '/'],
  ['docs.google.com', '/forms'],
  ['docs.google.com', '/drawings'],
  ['docs.google.com', '/presentation'],
  ['forms.gle', '/'],
  ['script.google.com', '/macros'],
  ['forms.office.com', '/'],
  ['telegra.ph', '/'],
  ['storage.googleapis.com', '/'],
  ['firebasestorage.googleapis.com', '/'],
  ['s3.amazonaws.com', '/'],
  ['www.canva.com', '/design'],
  ['jotform.com', '/'],
  ['form.jotform.com', '/'],
  ['www.formstack.com', '/'],
]

const SHORTENERS = set(`
  bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd cutt.ly rb.gy rebrand.ly shorturl.at shorturl.asia t.ly tiny.cc tiny.pl
  s.id urlz.fr u.to soo.gd bl.ink lnkd.in shrtco.de qr.ae adf.ly buff.ly clck.ru vk.cc kutt.it dub.sh tny.im 2u.pw n9.cl
  acortar.link encurtador.com.br abre.ai bitly.ws linktr.ee qrco.de qrcodes.pro me-qr.com scnv.io qr.link q-r.to l.ead.me hyperurl.co
  shorter.me zpr.io gg.gg x.gd ln.run wa.link rotf.lol short.gy cli.re urlzs.com tr.ee dik.si lihi.cc reurl.cc ppt.cc snip.ly
`)

const DYNAMIC = set(`
  duckdns.org ddns.net dyndns.org no-ip.org no-ip.com no-ip.biz hopto.org zapto.org sytes.net serveftp.com servehttp.com myftp.org
  dynu.net ddnsfree.com freeddns.org accesscam.org kozow.com mooo.com us.to chickenkiller.com gotdns.ch myddns.me bounceme.net
  redirectme.net dns.army nip.io sslip.io xip.io publicvm.com linkpc.net dynv6.net webredirect.org access.ly
`)

const GATEWAYS = set(`
  ipfs.io dweb.link cf-ipfs.com cloudflare-ipfs.com nftstorage.link w3s.link 4everland.io infura-ipfs.io gateway.pinata.cloud
  mypinata.cloud fleek.co on.fleek.co eth.limo eth.link arweave.net ipfs.fleek.co skynet.net
`)

/** TLDs that are cheap and more common in abuse than in honest mail. */
const CHEAP = set(`
  top xyz icu click cfd sbs rest monster bond lol buzz cyou quest beauty hair skin makeup mom boats autos bid loan win stream
  download racing review date trade party science faith accountant cricket men work gdn tk ml ga cf gq cam ru.com sa.com za.com
  surf pics uno wang ooo kim zip mov
`)

const below = (names: ReadonlySet<string>, host: string): boolean => {
  for (let at = 0; at >= 0; at = host.indexOf('.', at + 1))
    if (names.has(at === 0 ? host : host.slice(at + 1))) return true
  return false
}

/** Tells whether a URL leads to free hosting. */
export function isFreeHost({ host, url }: { readonly host: string; readonly url: string }): boolean {
  if (below(FREE, host) || /(?:^|\.)s3[.-][a-z0-9-]{1,40}\.amazonaws\.com$/.test(host)) return true
  const path = url.slice(url.indexOf('/', 8))
  return FREE_PATHS.some(([own, start]) => host === own && path.startsWith(start))
}

/** Tells whether a host is a public URL shortener. */
export const isShortener = (host: string): boolean => below(SHORTENERS, host)
/** Tells whether a host is under a dynamic DNS service. */
export const isDynamic = (host: string): boolean => below(DYNAMIC, host)

/** Tells whether a URL leads through a gateway to IPFS or a similar network, by its host or its path. */
export const isGateway = ({ host, url }: { readonly host: string; readonly url: string }): boolean =>
  below(GATEWAYS, host) ||
  /\/ip[fn]s\/(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50})/.test(url) ||
  /\.ip[fn]s\./.test(host)

/** Tells whether a domain is under a cheap TLD. */
export const isCheapTld = (domain: string): boolean => {
  const labels = domain.split('.')
  return CHEAP.has(labels.at(-1) ?? '') || CHEAP.has(labels.slice(-2).join('.'))
}

const FREE_MAIL = set(`
  gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com aim.com icloud.com
  me.com mac.com gmx.com gmx.de gmx.net gmx.at gmx.ch web.de freenet.de t-online.de mail.com mail.ru inbox.ru list.ru bk.ru
  internet.ru yandex.ru yandex.com ya.ru rambler.ru proton.me protonmail.com pm.me tutanota.com tuta.io zoho.com zohomail.com
  hushmail.com fastmail.com fastmail.fm qq.com 163.com 126.com sina.com sohu.com foxmail.com yeah.net naver.com daum.net hanmail.net
  orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it tin.it email.it uol.com.br bol.com.br
  terra.com.br ig.com.br rediffmail.com excite.com lycos.com juno.com netzero.net mail2world.com netscape.net usa.net email.com
  seznam.cz wp.pl o2.pl onet.pl interia.pl abv.bg ukr.net i.ua inbox.lv hotmail.co.uk hotmail.fr hotmail.de hotmail.it hotmail.es
  live.co.uk live.fr live.nl outlook.fr outlook.de outlook.es outlook.com.br yahoo.co.uk yahoo.fr yahoo.de yahoo.it yahoo.es
  yahoo.co.jp yahoo.co.in yahoo.com.br yahoo.ca yahoo.com.au yahoo.com.mx btinternet.com comcast.net sbcglobal.net verizon.net
  att.net bellsouth.net cox.net charter.net earthlink.net
`)

/** Tells whether anybody can get an address in this domain at once. */
export const isFreeMail = (domain: string): boolean => FREE_MAIL.has(domain)
