/**
 * The names of hosting that anybody can use at once, as data: `hosting.ts` looks them up. Collected by hand, from what
 * providers say about their names, and from links of phishing of 2019 to 2023; no list is copied. Read through on
 * 2026-11-30.
 */

/** Without side effects, so that a bundler leaves out the names that a program does not use. */
const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/**
 * Suffixes of hosting for applications, functions and throw-away sites. Firms link to their domains in mail: nearly all
 * links to these names are phishing.
 */
export const DISPOSABLE = /* @__PURE__ */ set(`
  web.app firebaseapp.com r2.dev pages.dev workers.dev vercel.app netlify.app glitch.me repl.co replit.app replit.dev onrender.com
  render.com surge.sh fly.dev deno.dev azurestaticapps.net azurefd.net azureedge.net web.core.windows.net blob.core.windows.net run.app
  cloudfunctions.net firebasestorage.googleapis.com amplifyapp.com linodeobjects.com ondigitalocean.app backblazeb2.com wasabisys.com
  oraclecloud.com myqcloud.com aliyuncs.com weeblysite.com wixstudio.com godaddysites.com webflow.io framer.website framer.app framer.ai
  framer.media carrd.co strikingly.com mystrikingly.com yolasite.com webnode.page webador.com site123.me square.site canva.site softr.app
  zapier.app bubbleapps.io lovable.app typedream.app ucraft.site tilda.ws webcindario.com 000webhostapp.com infinityfreeapp.com rf.gd
  42web.io epizy.com great-site.net byethost.com atwebpages.com translate.goog trycloudflare.com ngrok.io ngrok-free.app ngrok.app
  serveo.net loca.lt sharepoint.mobi mybluehost.me wpenginepowered.com temporary.site cprapid.com plesk.page hostingersite.com
  hostingerapp.com builderallwppro.com brizy.site webwave.dev static.app tiiny.site tiiny.host cloudfront-free.net b-cdn.net cloudlets.zone
  jelastic.com edgeone.app csb.app codesandbox.io stackblitz.io gitpod.io trafficmanager.net myfreesites.net mailchimpsites.com filesusr.com
  pantheonsite.io platformsh.site koyeb.app railway.app cyclic.app adaptable.app zeabur.app streamlit.app wuaze.com pythonanywhere.com
  ukit.me umso.co swtest.ru beget.tech on-fleek.app dorik.io start.page gamma.site my.canva.site dlnk.to bio.link
`)

/** Suffixes below which private persons, projects and firms publish, too: blogs, documentation, pictures. */
export const SHARED = /* @__PURE__ */ set(`
  github.io gitlab.io herokuapp.com azurewebsites.net cloudapp.azure.com storage.googleapis.com appspot.com s3.amazonaws.com
  digitaloceanspaces.com weebly.com wixsite.com blogspot.com wordpress.com jimdosite.com myportfolio.com notion.site gitbook.io
  neocities.org altervista.org page.link hubspotpagebuilder.com zohosites.com clickfunnels.com systeme.io teachable.site
  typepad.com tumblr.com livejournal.com over-blog.com home.blog
`)

/** Hosts and paths where anybody can publish forms and pages. Firms ask their customers with the same forms. */
export const SHARED_PATHS: readonly (readonly [host: string, path: string])[] = [
  ['sites.google.com', '/'],
  ['docs.google.com', '/forms'],
  ['docs.google.com', '/drawings'],
  ['docs.google.com', '/presentation'],
  ['forms.gle', '/'],
  ['script.google.com', '/macros'],
  ['forms.office.com', '/'],
  ['telegra.ph', '/'],
  ['www.canva.com', '/design'],
  ['jotform.com', '/'],
  ['form.jotform.com', '/'],
  ['www.formstack.com', '/'],
]

export const SHORTENERS = /* @__PURE__ */ set(`
  bit.ly bitly.com tinyurl.com t.co goo.gl ow.ly is.gd v.gd cutt.ly cutt.us rb.gy rebrand.ly shorturl.at shorturl.asia t.ly tiny.cc tiny.pl
  s.id urlz.fr u.to soo.gd bl.ink lnkd.in shrtco.de qr.ae adf.ly buff.ly clck.ru vk.cc kutt.it dub.sh tny.im 2u.pw n9.cl
  acortar.link encurtador.com.br abre.ai bitly.ws linktr.ee qrco.de qrcodes.pro me-qr.com scnv.io qr.link q-r.to l.ead.me hyperurl.co
  shorter.me zpr.io gg.gg x.gd ln.run wa.link rotf.lol short.gy cli.re urlzs.com tr.ee dik.si lihi.cc reurl.cc ppt.cc snip.ly
  pxlme.me fb.me g.co t2m.io shrinkme.io ouo.io da.gd han.gl me2.do bit.do tr.im surl.li l1nk.dev dlvr.it qr1.be t1p.de kurzelinks.de
`)

/** Below the domain of a shortener, but their codes lead to albums and maps of one service alone. */
export const OWN_TARGETS = set('photos.app.goo.gl maps.app.goo.gl')

/** Paths of sites that redirect to any URL by a short code. */
export const SHORTENER_PATHS: readonly (readonly [host: string, path: string])[] = [
  ['www.linkedin.com', '/slink?'],
  ['linkedin.com', '/slink?'],
  ['l.facebook.com', '/l.php'],
]

/**
 * Where sending services count clicks before they redirect to the sender's pages, as their documentation names them
 * (2026-11). A link to them says nothing about its target.
 */
export const CLICK_TRACKERS = /* @__PURE__ */ set(`
  awstrack.me ct.sendgrid.net list-manage.com mandrillapp.com hubspotlinks.com hubspotlinksstarter.com klclick.com
  klclick1.com klclick2.com klclick3.com sendibt2.com sendibt3.com sendibm1.com sendibm3.com pstmrk.it cmail19.com cmail20.com
  createsend1.com rs6.net mjt.lu exct.net mlsend.com mlsnd.com acemlna.com acemlnb.com acemlnc.com convertkit-mail.com
  convertkit-mail2.com sparkpostmail.com customeriomail.com getresponse-mail.com intercom-mail.com elasticemail.net
  sendpul.se emarsys.net bmetrack.com mailgun.org iterable.com cleverreach.com rapidmail.com
`)

/** Dynamic DNS: a name for any address at once. */
export const DYNAMIC = /* @__PURE__ */ set(`
  duckdns.org ddns.net dyndns.org no-ip.org no-ip.com no-ip.biz hopto.org zapto.org sytes.net serveftp.com servehttp.com myftp.org
  dynu.net ddnsfree.com freeddns.org accesscam.org kozow.com giize.com mooo.com us.to chickenkiller.com gotdns.ch myddns.me bounceme.net
  redirectme.net dns.army nip.io sslip.io xip.io publicvm.com linkpc.net dynv6.net webredirect.org access.ly
`)

/** Gateways to IPFS and similar networks. */
export const GATEWAYS = /* @__PURE__ */ set(`
  ipfs.io dweb.link cf-ipfs.com cloudflare-ipfs.com nftstorage.link w3s.link 4everland.io infura-ipfs.io gateway.pinata.cloud
  mypinata.cloud fleek.co on.fleek.co eth.limo eth.link arweave.net ipfs.fleek.co skynet.net
`)

/** Hosts where anybody can put a picture without an account, or without a name. Firms keep their pictures elsewhere. */
export const PICTURE_HOSTS = /* @__PURE__ */ set(`
  imgur.com postimg.cc postimg.org ibb.co imgbb.com iili.io freeimage.host imageshack.com imageshack.us tinypic.com photobucket.com
  imgbox.com imgpile.com gyazo.com prnt.sc prntscr.com lightshot.com snipboard.io zupimages.net casimages.com hostingpics.net imagehosting.com
  staticflickr.com user-images.githubusercontent.com private-user-images.githubusercontent.com cdn.discordapp.com media.discordapp.net
  radikal.ru imageshost.ru fastpic.org fastpic.ru myimg.de directupload.net directupload.eu picr.de uploaddeimagens.com.br imageboo.com
  xs.to vgy.me catbox.moe pixhost.to imgsafe.org ik.imagekit.io telegra.ph i.redd.it upload.ee servimg.com hizliresim.com resimlink.com
  imagizer.com picsum.photos lensdump.com dropmefiles.com livefilestore.com
`)

/** Below these, honest senders do not write: pages and programs of customers, which have no mail. */
export const AUTHOR_PAGES = /* @__PURE__ */ set(`
  firebaseapp.com web.app vercel.app netlify.app pages.dev workers.dev glitch.me repl.co replit.app onrender.com run.app r2.dev
  fly.dev surge.sh webflow.io framer.app godaddysites.com 000webhostapp.com infinityfreeapp.com
`)

/**
 * Below these, providers give a name to every customer or machine, and some honest senders write: with a new tenant,
 * for the notices of a server or an application, or from a machine at home.
 */
export const AUTHOR_PROVIDERS = /* @__PURE__ */ set(`
  onmicrosoft.com appspotmail.com cloudapp.net cloudapp.azure.com mybluehost.me secureserver.net plesk.page contaboserver.net
  zendesk-mail.com cprapid.com ipage.com hostgator.com websitewelcome.com dreamhosters.com hstgr.cloud hostingersite.com
  wpenginepowered.com herokuapp.com azurewebsites.net weebly.com wixsite.com github.io blogspot.com
  duckdns.org ddns.net hopto.org zapto.org sytes.net
`)

/** Domains in which anybody can get an address for mail. */
export const FREE_MAIL = /* @__PURE__ */ set(`
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
