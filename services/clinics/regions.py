"""The regions of the Russian Federation a person may pick, and Baikonur.

Code: the two digits of the subject (as on licence plates and in address directories). Time zone: the
capital's, for regions that have several. The list stands in the order in which it is read in Russian.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name_ru: str
    name_en: str
    tz: str  # IANA


REGIONS: tuple[Region, ...] = (
    Region("22", "Алтайский край", "Altai Territory", "Asia/Barnaul"),
    Region("28", "Амурская область", "Amur Region", "Asia/Yakutsk"),
    Region("29", "Архангельская область", "Arkhangelsk Region", "Europe/Moscow"),
    Region("30", "Астраханская область", "Astrakhan Region", "Europe/Astrakhan"),
    Region("99", "Байконур", "Baikonur", "Asia/Qyzylorda"),
    Region("31", "Белгородская область", "Belgorod Region", "Europe/Moscow"),
    Region("32", "Брянская область", "Bryansk Region", "Europe/Moscow"),
    Region("33", "Владимирская область", "Vladimir Region", "Europe/Moscow"),
    Region("34", "Волгоградская область", "Volgograd Region", "Europe/Volgograd"),
    Region("35", "Вологодская область", "Vologda Region", "Europe/Moscow"),
    Region("36", "Воронежская область", "Voronezh Region", "Europe/Moscow"),
    Region("79", "Еврейская автономная область", "Jewish Autonomous Region", "Asia/Vladivostok"),
    Region("75", "Забайкальский край", "Trans-Baikal Territory", "Asia/Chita"),
    Region("37", "Ивановская область", "Ivanovo Region", "Europe/Moscow"),
    Region("38", "Иркутская область", "Irkutsk Region", "Asia/Irkutsk"),
    Region("07", "Кабардино-Балкарская Республика", "Kabardino-Balkarian Republic", "Europe/Moscow"),
    Region("39", "Калининградская область", "Kaliningrad Region", "Europe/Kaliningrad"),
    Region("40", "Калужская область", "Kaluga Region", "Europe/Moscow"),
    Region("41", "Камчатский край", "Kamchatka Territory", "Asia/Kamchatka"),
    Region("09", "Карачаево-Черкесская Республика", "Karachay-Cherkess Republic", "Europe/Moscow"),
    Region("42", "Кемеровская область — Кузбасс", "Kemerovo Region – Kuzbass", "Asia/Novokuznetsk"),
    Region("43", "Кировская область", "Kirov Region", "Europe/Kirov"),
    Region("44", "Костромская область", "Kostroma Region", "Europe/Moscow"),
    Region("23", "Краснодарский край", "Krasnodar Territory", "Europe/Moscow"),
    Region("24", "Красноярский край", "Krasnoyarsk Territory", "Asia/Krasnoyarsk"),
    Region("45", "Курганская область", "Kurgan Region", "Asia/Yekaterinburg"),
    Region("46", "Курская область", "Kursk Region", "Europe/Moscow"),
    Region("47", "Ленинградская область", "Leningrad Region", "Europe/Moscow"),
    Region("48", "Липецкая область", "Lipetsk Region", "Europe/Moscow"),
    Region("49", "Магаданская область", "Magadan Region", "Asia/Magadan"),
    Region("77", "Москва", "Moscow", "Europe/Moscow"),
    Region("50", "Московская область", "Moscow Region", "Europe/Moscow"),
    Region("51", "Мурманская область", "Murmansk Region", "Europe/Moscow"),
    Region("83", "Ненецкий автономный округ", "Nenets Autonomous Area", "Europe/Moscow"),
    Region("52", "Нижегородская область", "Nizhny Novgorod Region", "Europe/Moscow"),
    Region("53", "Новгородская область", "Novgorod Region", "Europe/Moscow"),
    Region("54", "Новосибирская область", "Novosibirsk Region", "Asia/Novosibirsk"),
    Region("55", "Омская область", "Omsk Region", "Asia/Omsk"),
    Region("56", "Оренбургская область", "Orenburg Region", "Asia/Yekaterinburg"),
    Region("57", "Орловская область", "Oryol Region", "Europe/Moscow"),
    Region("58", "Пензенская область", "Penza Region", "Europe/Moscow"),
    Region("59", "Пермский край", "Perm Territory", "Asia/Yekaterinburg"),
    Region("25", "Приморский край", "Primorye Territory", "Asia/Vladivostok"),
    Region("60", "Псковская область", "Pskov Region", "Europe/Moscow"),
    Region("01", "Республика Адыгея", "Republic of Adygea", "Europe/Moscow"),
    Region("04", "Республика Алтай", "Altai Republic", "Asia/Barnaul"),
    Region("02", "Республика Башкортостан", "Republic of Bashkortostan", "Asia/Yekaterinburg"),
    Region("03", "Республика Бурятия", "Republic of Buryatia", "Asia/Irkutsk"),
    Region("05", "Республика Дагестан", "Republic of Dagestan", "Europe/Moscow"),
    Region("06", "Республика Ингушетия", "Republic of Ingushetia", "Europe/Moscow"),
    Region("08", "Республика Калмыкия", "Republic of Kalmykia", "Europe/Moscow"),
    Region("10", "Республика Карелия", "Republic of Karelia", "Europe/Moscow"),
    Region("11", "Республика Коми", "Komi Republic", "Europe/Moscow"),
    Region("91", "Республика Крым", "Republic of Crimea", "Europe/Simferopol"),
    Region("12", "Республика Марий Эл", "Mari El Republic", "Europe/Moscow"),
    Region("13", "Республика Мордовия", "Republic of Mordovia", "Europe/Moscow"),
    Region("14", "Республика Саха (Якутия)", "Republic of Sakha (Yakutia)", "Asia/Yakutsk"),
    Region("15", "Республика Северная Осетия — Алания", "Republic of North Ossetia–Alania", "Europe/Moscow"),
    Region("16", "Республика Татарстан", "Republic of Tatarstan", "Europe/Moscow"),
    Region("17", "Республика Тыва", "Republic of Tyva", "Asia/Krasnoyarsk"),
    Region("19", "Республика Хакасия", "Republic of Khakassia", "Asia/Krasnoyarsk"),
    Region("61", "Ростовская область", "Rostov Region", "Europe/Moscow"),
    Region("62", "Рязанская область", "Ryazan Region", "Europe/Moscow"),
    Region("63", "Самарская область", "Samara Region", "Europe/Samara"),
    Region("78", "Санкт-Петербург", "Saint Petersburg", "Europe/Moscow"),
    Region("64", "Саратовская область", "Saratov Region", "Europe/Saratov"),
    Region("65", "Сахалинская область", "Sakhalin Region", "Asia/Sakhalin"),
    Region("66", "Свердловская область", "Sverdlovsk Region", "Asia/Yekaterinburg"),
    Region("92", "Севастополь", "Sevastopol", "Europe/Simferopol"),
    Region("67", "Смоленская область", "Smolensk Region", "Europe/Moscow"),
    Region("26", "Ставропольский край", "Stavropol Territory", "Europe/Moscow"),
    Region("68", "Тамбовская область", "Tambov Region", "Europe/Moscow"),
    Region("69", "Тверская область", "Tver Region", "Europe/Moscow"),
    Region("70", "Томская область", "Tomsk Region", "Asia/Tomsk"),
    Region("71", "Тульская область", "Tula Region", "Europe/Moscow"),
    Region("72", "Тюменская область", "Tyumen Region", "Asia/Yekaterinburg"),
    Region("18", "Удмуртская Республика", "Udmurt Republic", "Europe/Samara"),
    Region("73", "Ульяновская область", "Ulyanovsk Region", "Europe/Ulyanovsk"),
    Region("27", "Хабаровский край", "Khabarovsk Territory", "Asia/Vladivostok"),
    Region(
        "86",
        "Ханты-Мансийский автономный округ — Югра",
        "Khanty-Mansi Autonomous Area – Yugra",
        "Asia/Yekaterinburg",
    ),
    Region("74", "Челябинская область", "Chelyabinsk Region", "Asia/Yekaterinburg"),
    Region("20", "Чеченская Республика", "Chechen Republic", "Europe/Moscow"),
    Region("21", "Чувашская Республика", "Chuvash Republic", "Europe/Moscow"),
    Region("87", "Чукотский автономный округ", "Chukotka Autonomous Area", "Asia/Anadyr"),
    Region("89", "Ямало-Ненецкий автономный округ", "Yamal-Nenets Autonomous Area", "Asia/Yekaterinburg"),
    Region("76", "Ярославская область", "Yaroslavl Region", "Europe/Moscow"),
)

_BY_CODE = {item.code: item for item in REGIONS}


def region(code: str) -> Region | None:
    """The region of a two-digit code; None when there is no such region."""
    return _BY_CODE.get(code)
