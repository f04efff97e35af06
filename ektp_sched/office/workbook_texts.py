"""What the notes in office.xlsx say, in Indonesian and English."""

from __future__ import annotations

from typing import Final, Literal

__all__ = ["NOTE_KEYS", "YES_NO", "note"]

Language = Literal["id", "en"]

YES_NO: Final[dict[Language, tuple[str, str]]] = {
    "id": ("ya", "tidak"),
    "en": ("yes", "no"),
}

_NOTES: Final[dict[str, tuple[str, str]]] = {
    "office": (
        "Satu baris satu aturan. Ubah hanya kolom value. Kosong: pakai nilai baku.",
        "One row, one rule. Change the column value only. Empty: the default holds.",
    ),
    "name": (
        "Nama kantor, dicetak di setiap lembar.",
        "Name of the office, printed on every sheet.",
    ),
    "language": (
        "Bahasa lembar dan pesan: id (Indonesia) atau en (Inggris).",
        "Language of sheets and notices: id (Indonesian) or en (English).",
    ),
    "calendar.country": (
        "Kode negara untuk hari libur nasional dan cuti bersama, misalnya ID. "
        "Kosong: tanpa hari libur.",
        "Country code for public holidays and collective leave, such as ID. "
        "Empty: no holidays.",
    ),
    "reserve.cards_per_day": (
        "Kartu per hari kerja yang disisihkan untuk kasus darurat di loket.",
        "Cards kept each working day for emergencies at the counter.",
    ),
    "budget.idr": (
        "Rupiah paling banyak untuk semua shift dalam satu rencana. Kosong: tanpa "
        "batas.",
        "Rupiah that all shifts of a plan may cost together. Empty: no limit.",
    ),
    "plan.tiers": (
        "Urutan tujuan, yang terpenting dulu, dipisah titik koma: "
        "unprinted; overdue; promise; pressure; bila ada shift juga cost_idr; shifts.",
        "Aims in strict order, most important first, separated by semicolons: "
        "unprinted; overdue; promise; pressure; with shifts also cost_idr; shifts.",
    ),
    "plan.batch_size": (
        "Jumlah kartu dalam satu tumpukan cetak.",
        "Cards in one printing batch.",
    ),
    "plan.freeze_days": (
        "Hari kerja yang tidak diubah oleh rencana ulang.",
        "Working days that a new plan leaves as they are.",
    ),
    "plan.tie_break": (
        "recorded: yang lebih dulu direkam. lottery: undian dengan seed.",
        "recorded: who was recorded first. lottery: a draw with the seed.",
    ),
    "plan.seed": (
        "Bilangan bulat untuk undian, diumumkan sebelum undian.",
        "Whole number for the lottery, published before the draw.",
    ),
    "visits.every_days": (
        "Berapa hari sekali orang yang menunggu datang bertanya.",
        "Days between two visits of a person who waits.",
    ),
    "visits.trip_cost_idr": (
        "Ongkos sekali datang, dalam rupiah.",
        "Cost of one trip, in rupiah.",
    ),
    "dates.format": (
        "Bentuk tanggal dalam ekspor bila bukan hari-bulan-tahun, misalnya "
        "%m/%d/%Y. Biasanya kosong.",
        "Form of dates in the export if not day first, such as %m/%d/%Y. "
        "Usually empty.",
    ),
    "status.printable": (
        "Status yang boleh dicetak, dipisah titik koma, misalnya "
        "PRINT_READY_RECORD; PRR. Kosong: semua.",
        "Statuses that can be printed, separated by semicolons, such as "
        "PRINT_READY_RECORD; PRR. Empty: all.",
    ),
    "status.done": (
        "Status yang berarti kartu sudah dicetak, dipisah titik koma, misalnya "
        "CARD_PRINTED; CARD_SHIPPED; CARD_ISSUED. Boleh kosong.",
        "Statuses of cards that are printed already, separated by semicolons, such "
        "as CARD_PRINTED; CARD_SHIPPED; CARD_ISSUED. May be empty.",
    ),
    "identity.from": (
        "Judul kolom nomor (misalnya NIK) untuk membuat nomor antrean, bila "
        "ekspor tidak punya application_id.",
        "Heading of the number's column (such as NIK) from which ids are made, "
        "where the export has no application_id.",
    ),
    "identity.key": (
        "Nama berkas kunci di sebelah berkas ini. Jaga agar tetap rahasia.",
        "Name of the key file beside this one. Keep it secret.",
    ),
    "privacy.show_nik": (
        "ya: lembar menampilkan NIK lengkap. tidak: disamarkan.",
        "yes: sheets show the whole number. no: it is masked.",
    ),
    "week.day": ("Hari: mon Senin … sun Minggu.", "Day of the week."),
    "week.workdays": (
        "Apakah kantor mencetak pada hari ini.",
        "Whether the office prints on this day.",
    ),
    "week.share": (
        "Bagian kapasitas sehari penuh, 0 sampai 1. Kosong: 1.",
        "Part of a full day's capacity, 0 to 1. Empty: 1.",
    ),
    "calendar.closed": (
        "Tanggal tutup tambahan, satu per baris.",
        "Further closed dates, one a row.",
    ),
    "calendar.open": (
        "Tanggal yang tetap bekerja walau libur, satu per baris.",
        "Dates worked although closed, one a row.",
    ),
    "urgency.name": ("Nama kelas urgensi.", "Name of the urgency class."),
    "urgency.target_days": (
        "Paling lama berapa hari kasus ini menunggu (1 sampai 36500).",
        "How many days such a case should wait at most (1 to 36500).",
    ),
    "urgency.rank": (
        "Didahulukan mutlak, angka kecil dulu. Kosong: satu ukuran bersama.",
        "Strict precedence, lower first. Empty: all share one scale.",
    ),
    "urgency.default": (
        "ya pada satu kelas: untuk permohonan tanpa kelas.",
        "yes at one class: for applications without a class.",
    ),
    "cards.name": ("Nama jenis kartu.", "Name of the card type."),
    "cards.default": (
        "ya pada satu jenis: untuk permohonan tanpa jenis kartu.",
        "yes at one type: for applications without a card type.",
    ),
    "cards.stock": (
        "Blangko yang ada pada pagi hari pertama. Kosong: tidak terbatas.",
        "Blanks there on the morning of the first day. Empty: unlimited.",
    ),
    "cards.expires_on": (
        "Hari terakhir stok ini dapat dipakai. Kosong: tanpa batas.",
        "Last day on which this stock can be used. Empty: no limit.",
    ),
    "deliveries.card": (
        "Jenis kartu, seperti di lembar cards.",
        "Card type, as in the sheet cards.",
    ),
    "deliveries.on": (
        "Tanggal blangko datang; dapat dipakai hari itu juga.",
        "Date on which the blanks come; usable that day.",
    ),
    "deliveries.cards": ("Jumlah blangko.", "Number of blanks."),
    "deliveries.expires_on": (
        "Hari terakhir blangko ini dapat dipakai. Kosong: tanpa batas.",
        "Last day on which these blanks can be used. Empty: no limit.",
    ),
    "set_aside.card": (
        "Jenis kartu, seperti di lembar cards.",
        "Card type, as in the sheet cards.",
    ),
    "set_aside.urgency": (
        "Kelas urgensi yang blangkonya disisihkan, seperti di lembar urgency.",
        "Urgency class that the blanks are kept for, as in the sheet urgency.",
    ),
    "set_aside.cards": (
        "Berapa blangko dari stok hanya untuk kelas itu.",
        "How many blanks of the stock are for that class alone.",
    ),
    "servers.id": (
        "Nama singkat server: huruf, angka, titik, garis; sampai 40.",
        "Short name of the server: letters, digits, . _ -; up to 40.",
    ),
    "servers.cards_per_day": (
        "Kartu per hari penuh, bilangan bulat mulai 1.",
        "Cards on a full day, a whole number from 1.",
    ),
    "servers.from": (
        "Hari pertama dipakai. Kosong: tanpa batas.",
        "First day in use. Empty: no limit.",
    ),
    "servers.to": (
        "Hari terakhir dipakai, termasuk hari itu. Kosong: tanpa batas.",
        "Last day in use, inclusive. Empty: no limit.",
    ),
    "printers.id": (
        "Nama singkat printer: huruf, angka, titik, garis; sampai 40.",
        "Short name of the printer: letters, digits, . _ -; up to 40.",
    ),
    "printers.cards_per_day": (
        "Kartu per hari penuh, bilangan bulat mulai 1.",
        "Cards on a full day, a whole number from 1.",
    ),
    "printers.servers": (
        "Server yang dapat dipakai, dipisah titik koma. Kosong: semua.",
        "Servers that it can use, separated by semicolons. Empty: all.",
    ),
    "printers.cards": (
        "Jenis kartu yang dapat dicetak, dipisah titik koma. Kosong: semua.",
        "Card types that it prints, separated by semicolons. Empty: all.",
    ),
    "printers.areas": (
        "Wilayah yang dilayani, dipisah titik koma. Kosong: semua.",
        "Areas that it prints for, separated by semicolons. Empty: all.",
    ),
    "printers.cards_per_ribbon": (
        "Kartu per pita. Kosong: pita tidak pernah habis.",
        "Cards that one ribbon is good for. Empty: ribbons never run out.",
    ),
    "printers.ribbons": (
        "Pita yang ada pada pagi hari pertama; 2,4: dua baru dan satu yang sisa 0,4.",
        "Ribbons there on the morning of the first day; 2.4: two new ones and one of "
        "which 0.4 is left.",
    ),
    "ribbon_deliveries.printer": (
        "Nama singkat printer, seperti di lembar printers.",
        "Short name of the printer, as in the sheet printers.",
    ),
    "ribbon_deliveries.on": (
        "Tanggal pita datang; dapat dipakai hari itu juga.",
        "Date on which the ribbons come; usable that day.",
    ),
    "ribbon_deliveries.ribbons": (
        "Jumlah pita, di atas 0; boleh pecahan.",
        "Number of ribbons, above 0; may be a fraction.",
    ),
    "printers.from": (
        "Hari pertama dipakai. Kosong: tanpa batas.",
        "First day in use. Empty: no limit.",
    ),
    "printers.to": (
        "Hari terakhir dipakai, termasuk hari itu. Kosong: tanpa batas.",
        "Last day in use, inclusive. Empty: no limit.",
    ),
    "outages.resource": (
        "Printer atau server yang terganggu.",
        "Printer or server that is out.",
    ),
    "outages.from": ("Hari pertama gangguan.", "First day of the outage."),
    "outages.to": (
        "Hari terakhir gangguan, termasuk hari itu.",
        "Last day of the outage, inclusive.",
    ),
    "outages.share": (
        "Bagian kapasitas yang tersisa, 0 sampai 1. Kosong: 0.",
        "Part of the capacity that remains, 0 to 1. Empty: 0.",
    ),
    "shifts.id": (
        "Nama singkat shift tambahan: huruf, angka, titik, garis; sampai 40.",
        "Short name of the extra shift: letters, digits, . _ -; up to 40.",
    ),
    "shifts.days": (
        "Hari (mon Senin … sun Minggu) atau tanggal shift ini boleh dipakai, dipisah "
        "titik koma.",
        "Days (mon … sun) or dates on which it may be used, separated by semicolons.",
    ),
    "shifts.share": (
        "Tambahan kartu, bagian dari sehari penuh: di atas 0 sampai 4. Kosong: 1.",
        "Cards that it adds, part of a full day: above 0, up to 4. Empty: 1.",
    ),
    "shifts.cost_idr": (
        "Biaya setiap hari dipakai, dalam rupiah. Kosong: 0.",
        "Cost of each day on which it is used, in rupiah. Empty: 0.",
    ),
    "shifts.max_uses": (
        "Paling banyak berapa hari dipakai dalam satu rencana. Kosong: tanpa batas.",
        "Most days of a plan on which it is used. Empty: no limit.",
    ),
    "shifts.max_per_week": (
        "Paling banyak berapa hari seminggu, Senin sampai Minggu. Kosong: tanpa batas.",
        "Most days a week, Monday to Sunday. Empty: no limit.",
    ),
    "shifts.rest_days": (
        "Paling sedikit berapa hari penuh di antara dua pemakaian. Kosong: 0.",
        "Least whole days between two uses. Empty: 0.",
    ),
    "shifts.resources": (
        "Printer dan server yang ditambahnya, dipisah titik koma. Kosong: semua.",
        "Printers and servers that it opens, separated by semicolons. Empty: all.",
    ),
    "shifts.on_holidays": (
        "ya: boleh juga pada hari libur dan tanggal tutup.",
        "yes: also on holidays and closed dates.",
    ),
    "quotas.id": (
        "Nama singkat kuota, boleh kosong.",
        "Short name of the quota, may be empty.",
    ),
    "quotas.urgency": (
        "Kelas yang dihitung, dipisah titik koma. Kosong: semua.",
        "Classes that count, separated by semicolons. Empty: all.",
    ),
    "quotas.card": (
        "Jenis kartu yang dihitung, dipisah titik koma. Kosong: semua.",
        "Card types that count, separated by semicolons. Empty: all.",
    ),
    "quotas.area": (
        "Wilayah yang dihitung, dipisah titik koma. Kosong: semua.",
        "Areas that count, separated by semicolons. Empty: all.",
    ),
    "quotas.per": (
        "Batas berlaku per hari kerja (day), per minggu (week) atau untuk seluruh "
        "rencana (plan).",
        "Whether the limits hold each working day, each week or over the whole plan.",
    ),
    "quotas.at_most": (
        "Paling banyak sekian kartu. Kosong: tanpa batas.",
        "At most so many cards. Empty: no limit.",
    ),
    "quotas.at_least": (
        "Paling sedikit sekian kartu. Kosong: tanpa batas.",
        "At least so many cards. Empty: no limit.",
    ),
    "quotas.at_most_share": (
        "Paling banyak bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        "At most this part of all cards printed, 0 to 1.",
    ),
    "quotas.at_least_share": (
        "Paling sedikit bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        "At least this part of all cards printed, 0 to 1.",
    ),
    "classify.column": (
        "Judul kolom ekspor yang diperiksa.",
        "Heading of the export's column to look at.",
    ),
    "classify.matches": (
        "Kata yang dicari (regular expression), misalnya darurat|sakit.",
        "What to search for (regular expression), such as darurat|sakit.",
    ),
    "classify.urgency": (
        "Kelas untuk baris yang cocok.",
        "Class given to the rows that match.",
    ),
    "columns.heading": (
        "Judul kolom dalam ekspor, misalnya TGL_REKAM.",
        "Heading in the export, such as TGL_REKAM.",
    ),
    "columns.column": (
        "Arti kolom itu bagi program ini.",
        "What that column is to this program.",
    ),
    "areas.name": ("Nama resmi wilayah.", "Official name of the area."),
    "areas.spellings": (
        "Ejaan lain yang berarti wilayah ini, dipisah titik koma.",
        "Other spellings of it, separated by semicolons.",
    ),
    "area_rank.area": ("Nama wilayah.", "Name of the area."),
    "area_rank.rank": (
        "Didahulukan mutlak, angka kecil dulu.",
        "Strict precedence, lower first.",
    ),
    "visits_areas.area": (
        "Nama wilayah yang warganya membayar atau datang lain dari yang umum.",
        "Name of the area whose people pay or come otherwise than in general.",
    ),
    "visits_areas.every_days": (
        "Berapa hari sekali mereka datang bertanya. Kosong: seperti umumnya.",
        "Days between two of their visits. Empty: as in general.",
    ),
    "visits_areas.trip_cost_idr": (
        "Ongkos mereka sekali datang, dalam rupiah. Kosong: seperti umumnya.",
        "Cost of one of their trips, in rupiah. Empty: as in general.",
    ),
}

NOTE_KEYS: Final = tuple(_NOTES)
"""All that a note is written for: a setting, or SHEET.HEADING."""


def note(key: str, language: Language) -> str:
    """Return the note beside a key."""
    return _NOTES[key][0 if language == "id" else 1]
