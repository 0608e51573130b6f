/** Indonesian, and much of Malay. Written for postern; no phrase is copied from a source. */
export const id = `
casino: kasino*, casino*, slot online, slot gacor, judi online, situs judi, putaran gratis, rolet, jackpot*
taruhan bola, taruhan olahraga, togel, sabung ayam
| bonus deposit, bonus new member, bonus member baru, bonus selamat datang, deposit pertama, tanpa deposit
klaim ~ bonus, dapatkan ~ bonus, main sekarang, mainkan sekarang, daftar sekarang, uang asli, withdraw ~ cepat
kemenangan ~ dibayar, kode bonus
prize: anda memenangkan, anda menang, anda telah memenangkan, anda terpilih, anda telah terpilih, pemenang beruntung
pemenang undian, hadiah anda, poin anda ~ hangus, poin ~ kedaluwarsa, selamat ~ pemenang
| klaim ~ hadiah, klaim hadiah, mengklaim ~ hadiah, ambil ~ hadiah, terima ~ hadiah, tukarkan ~ poin, tukar ~ poin
konfirmasi ~ alamat, biaya pengiriman, bayar ~ ongkir, sebelum hangus, sebelum ~ berakhir, hubungi ~ agen
klaim sekarang
survey: survei singkat, survei pelanggan, ikuti ~ survei, isi ~ survei, isi ~ kuesioner, lengkapi ~ survei
jawab ~ pertanyaan, program loyalitas, pendapat anda
| hadiah eksklusif, dapatkan ~ hadiah, menangkan ~ hadiah, iphone gratis, menangkan ~ iphone, kartu hadiah
voucher belanja, senilai, hadiah gratis, pilih ~ hadiah
renewal: langganan ~ berakhir, langganan ~ kedaluwarsa, langganan ~ ditangguhkan, keanggotaan ~ berakhir
lisensi ~ berakhir, lisensi ~ kedaluwarsa, perlindungan ~ berakhir, antivirus ~ kedaluwarsa, domain ~ berakhir
domain ~ kedaluwarsa, virus ~ terdeteksi, virus ~ ditemukan, perangkat ~ terinfeksi, penyimpanan ~ penuh
foto ~ dihapus
| perpanjang sekarang, perpanjang ~ langganan, perpanjang ~ domain, perpanjang ~ lisensi, perbarui sekarang
perbarui ~ langganan, perbarui ~ pembayaran, dalam 24 jam, dalam waktu 24, dalam 48 jam, peringatan terakhir
pengingat terakhir, hindari ~ kehilangan, hindari ~ gangguan, hapus ~ virus, dengan diskon, tambah ~ penyimpanan
mailbox: kotak surat ~ penuh, kotak masuk ~ penuh, kotak surat ~ melebihi, kotak surat ~ batas, kuota ~ melebihi
kuota email ~ penuh, akun email ~ ditutup, akun email ~ dinonaktifkan, email ~ dinonaktifkan
kata sandi ~ kedaluwarsa, kata sandi ~ berakhir, password ~ kedaluwarsa, pesan ~ tertunda, pesan ~ ditahan
pesan ~ tidak terkirim
| pertahankan ~ kata sandi, tetap ~ kata sandi, gunakan ~ kata sandi yang sama, kata sandi yang sama
konfirmasi ~ kata sandi, tingkatkan ~ kuota, menambah ~ kuota, tambah ~ kuota, rilis ~ pesan, pulihkan ~ pesan
verifikasi ~ akun, validasi ~ akun, verifikasi ~ kotak, perbarui ~ kotak, hindari ~ penonaktifan, hindari ~ penutupan
klik di sini, klik disini
loan: pinjaman online, pinjaman pribadi, pinjaman cepat, pinjaman tunai, penawaran pinjaman, tawaran pinjaman
pinjaman ~ disetujui, butuh pinjaman, membutuhkan ~ pinjaman, dana tunai, dana cepat, pinjol
| tanpa agunan, tanpa jaminan, tanpa bi checking, tanpa penjamin, kredit buruk, bunga rendah, suku bunga ~ 2
suku bunga ~ 3, bunga 2, bunga 3, cair ~ menit, langsung cair, pencairan cepat, persetujuan instan, ajukan sekarang
jumlah pinjaman, jangka waktu pinjaman, hanya ktp
cure: menurunkan berat badan, turunkan berat badan, berat badan turun, pelangsing, membakar lemak, bakar lemak
lemak perut, diabetes, gula darah, kencing manis, telinga berdenging, rambut rontok, nyeri sendi, asam urat, prostat*
ereksi, impotensi, ejakulasi dini, penis, viagra, cialis, obat kuat
| ajaib, keajaiban, dokter ~ menyembunyikan, dokter ~ terkejut, dokter ~ kaget, resep rahasia, ramuan ~ rahasia
trik sederhana, trik ini, sebelum tidur, tanpa diet, tanpa olahraga, hanya dalam ~ hari, dalam beberapa hari
100% alami, tanpa resep, tanpa efek samping, pengiriman rahasia, privasi terjamin
advanceFee: warisan ~ juta, dana warisan, mendiang klien, klien ~ almarhum, almarhum klien, almarhum suami
mendiang suami, suami saya yang meninggal, ahli waris, keluarga terdekat, juta dolar, juta euro, juta us
jumlah ~ juta, transfer ~ dana, mentransfer ~ dana, pemindahan ~ dana, sumbangan ~ anda, menyumbangkan ~ anda
donasi ~ untuk anda, dana kompensasi, rekening tidak aktif, penerima manfaat, tentara ~ suriah
| balas ~ detail, balas ~ informasi, lebih lanjut ~ balas, informasi lebih lanjut, detail lebih lanjut, hubungi saya
tulis ~ saya, bantuan anda, kerja sama anda, kerjasama anda, balasan segera, menunggu ~ balasan, menunggu ~ tanggapan
rahasia, kerahasiaan, tuhan ~ memberkati, teman terkasih, sahabat terkasih, nama saya, saya seorang pengacara
pengacara, 50%, 40%, nama lengkap, tanpa risiko, bebas risiko
extortion: saya meretas, telah meretas, meretas ~ perangkat, perangkat ~ diretas, akun ~ diretas, akses penuh
memiliki akses ~ perangkat, menginfeksi ~ perangkat, memasang ~ virus, menginstal ~ malware, menginstal ~ virus
malware, trojan, perangkat lunak berbahaya, merekam ~ video, merekam anda, saya merekam, kamera anda, webcam anda
situs dewasa, situs porno*, porno*, masturbasi, kata sandi anda adalah
| kirim ~ bitcoin, kirimkan ~ bitcoin, transfer ~ bitcoin, bayar ~ bitcoin, dalam bitcoin, dompet bitcoin
alamat bitcoin, dompet saya, kontak anda, semua kontak, keluarga dan ~ teman, teman dan ~ keluarga, mengirim ~ video
mengirimkan ~ video, menyebarkan ~ video, sebarkan ~ video, mempublikasikan ~ video, menghapus ~ video, hapus ~ video
48 jam, 72 jam, polisi, tebusan
account: akun ~ ditangguhkan, akun ~ dibatasi, akun ~ diblokir, akun ~ dikunci, akun ~ dinonaktifkan, akun ~ ditutup
akun ~ dibekukan, rekening ~ diblokir, rekening ~ dibekukan, kartu ~ diblokir, kartu ~ dinonaktifkan
akses ~ dibatasi, akses ~ diblokir, aktivitas ~ tidak biasa, aktivitas ~ mencurigakan, transaksi ~ mencurigakan
login ~ mencurigakan, akses tidak sah, pembayaran ~ ditolak, pembayaran ~ gagal, pengembalian pajak
| verifikasi ~ akun, memverifikasi ~ akun, verifikasi ~ identitas, memverifikasi ~ identitas, verifikasi ~ data
konfirmasi ~ data, konfirmasi ~ identitas, konfirmasi ~ akun, konfirmasikan ~ akun, perbarui ~ data
perbarui ~ informasi, memperbarui ~ informasi, perbarui ~ akun, aktifkan kembali, mengaktifkan kembali, buka blokir
pulihkan ~ akun, pulihkan ~ akses, memulihkan ~ akun, hindari ~ pemblokiran, hindari ~ penangguhan, secara permanen
dalam 24 jam, dalam waktu 24, dalam 48 jam, 1x24 jam
parcel: paket ~ ditahan, paket ~ tertahan, paket ~ tertunda, paket ~ menunggu, paket ~ bea cukai
paket ~ tidak dapat ~ dikirim, paket ~ tidak dapat ~ diantar, paket ~ gagal, kiriman ~ ditahan, kiriman ~ tertahan
kiriman ~ bea cukai, pengiriman ~ gagal, pengiriman ~ tertunda, pengiriman ~ ditangguhkan, alamat ~ tidak lengkap
| bayar ~ biaya, membayar ~ biaya, pembayaran ~ biaya, bayar ~ bea, bea masuk, biaya bea cukai, biaya pengiriman
biaya pengantaran, biaya administrasi, konfirmasi ~ alamat, perbarui ~ alamat, konfirmasi ~ pembayaran
konfirmasi ~ pengiriman, jadwalkan ulang, dikembalikan ~ pengirim
`
