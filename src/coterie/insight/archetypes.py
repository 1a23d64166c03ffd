"""The kinds of customers that marketing knows, by what makes one, with words and advice.

The classical words of these projects ("Careless", "Miser") stay as the key; the name that people
read is kind to the customers it describes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Archetype:
    """A known kind of customer.

    Attributes
    ----------
    key : str
        The classical word.
    name : str
        What people read.
    wants : tuple of (theme, level)
        Levels: ``"high"``, ``"low"`` (clear), ``"very high"``, ``"very low"``, ``"middle"``,
        ``"not high"``, ``"not low"`` (also true where the column is not there) and ``"absent"``.
        The theme ``"spending"`` is the spending score, or else the total spend.
    opening : str
        What the wants say, as a sentence.
    advice : str
    weight : float
        Above 1 for what says more about a customer.
    """

    key: str
    name: str
    wants: tuple[tuple[str, str], ...]
    opening: str
    advice: str
    weight: float = 1.0


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype(
        "Stars",
        "Stars",
        (("income", "high"), ("spending", "high")),
        "They earn well and spend freely.",
        "Keep them close: early access, the premium range, a person to talk to. Thank them with "
        "recognition rather than discounts, which they do not need.",
        1.2,
    ),
    Archetype(
        "Careless",
        "Free spenders",
        (("income", "low"), ("spending", "high")),
        "They spend freely on a modest income.",
        "Show them what is new, at prices that fit a modest income, and reward visits with points. "
        "Do not push credit.",
        1.2,
    ),
    Archetype(
        "Miser",
        "Careful high earners",
        (("income", "high"), ("spending", "low")),
        "They earn well and are careful with what they spend.",
        "Ask what they miss, and lead with quality, guarantees and service. There is more to win "
        "here than from any discount.",
        1.2,
    ),
    Archetype(
        "Sensible",
        "Sensible shoppers",
        (("income", "low"), ("score", "low")),
        "They keep their spending in line with a modest income.",
        "Offer essentials, good value and small packs, through channels that cost you little.",
        1.2,
    ),
    Archetype(
        "Budget",
        "Budget-minded",
        (("income", "low"), ("spend", "low")),
        "They spend little, in line with a modest income.",
        "Offer value lines, bundles and small first steps, through channels that cost you little.",
        1.2,
    ),
    Archetype(
        "Standard",
        "Middle of the road",
        (("income", "middle"), ("spending", "middle")),
        "Their income and their spending are both near the average.",
        "Serve them with the regular range and a simple loyalty scheme. Test which single offer "
        "moves them up before you spend more on them.",
        0.9,
    ),
    Archetype(
        "Comfortable",
        "Comfortable earners",
        (("income", "high"), ("spending", "middle")),
        "They earn well and spend about as much as everyone.",
        "They could spend more: show them the better range and the next thing that goes with "
        "what they bought.",
    ),
    Archetype(
        "Spender",
        "Keen spenders",
        (("income", "middle"), ("spending", "high")),
        "They spend freely on an average income.",
        "Tell them first about what is new, and give them a loyalty scheme worth staying in.",
        1.05,
    ),
    Archetype(
        "Restrained",
        "Light spenders",
        (("income", "middle"), ("spending", "low")),
        "They spend little, though their income is near the average.",
        "Find the one product that brings them in, and make a second visit easy with a small "
        "reward.",
    ),
    Archetype(
        "Everyday",
        "Everyday shoppers",
        (("income", "low"), ("spending", "middle")),
        "They spend about as much as everyone, on a modest income.",
        "Keep prices fair and reliable, and reward regular shopping.",
    ),
    Archetype(
        "Premium",
        "Premium customers",
        (("spend", "very high"), ("income", "not low"), ("recency", "not high")),
        "They spend far more than others.",
        "Give them a named contact, early access and the best range. Watch for the first sign "
        "that one of them stays away.",
        1.05,
    ),
    Archetype(
        "Dormant",
        "Dormant customers",
        (("recency", "very high"), ("frequency", "not high")),
        "They have not bought for a long time.",
        "Write once with a reason to return, such as what is new since they left. Stop spending "
        "on those who do not answer.",
        0.95,
    ),
    Archetype(
        "Deal seekers",
        "Deal seekers",
        (("deals", "high"),),
        "They buy on offer more than others do.",
        "Send them offers and clearance first, and keep them out of full-price campaigns. Check "
        "the margin of what you send.",
        0.9,
    ),
    Archetype(
        "Loyal",
        "Loyal regulars",
        (("frequency", "high"), ("recency", "not high")),
        "They come back often.",
        "Thank them with a loyalty scheme, ask them for reviews, and let them bring a friend.",
        0.95,
    ),
    Archetype(
        "Newcomers",
        "Newcomers",
        (("tenure", "very low"),),
        "They joined more recently than others.",
        "Welcome them: a guide to the range, and a reason for the second purchase within a month.",
        0.85,
    ),
    Archetype(
        "Long-standing",
        "Long-standing customers",
        (("tenure", "very high"), ("recency", "not high")),
        "They have been customers for longer than others.",
        "Say thank you for the years, and ask them what they would miss.",
        0.8,
    ),
    Archetype(
        "Web shoppers",
        "Web shoppers",
        (("web", "very high"),),
        "They buy online more than others do.",
        "Reach them online: a fast shop, good search, reminders of what lies in the basket.",
        0.85,
    ),
    Archetype(
        "Catalogue shoppers",
        "Catalogue shoppers",
        (("catalog", "very high"),),
        "They order from the catalogue more than others do.",
        "Keep sending the catalogue to them, and save its cost elsewhere.",
        0.8,
    ),
    Archetype(
        "Store shoppers",
        "Store shoppers",
        (("store", "very high"),),
        "They buy in the store more than others do.",
        "Invite them to the store: events, advice, and collection of what they order.",
        0.8,
    ),
    Archetype(
        "Families",
        "Families",
        (("children", "high"),),
        "They have more children at home than others.",
        "Offer family packs, and plan around school terms and holidays.",
        0.8,
    ),
    Archetype(
        "Light buyers",
        "Light buyers",
        (("spend", "low"), ("income", "absent")),
        "They spend less than others.",
        "Make the next purchase easy: small bundles, and a reminder at the right time.",
        0.75,
    ),
)

EVERYONE = Archetype(
    "Everyone",
    "All customers",
    (),
    "One group that holds every customer: no cut was made.",
    "Speak to them as one, and let single facts (what they bought, when) decide who gets which "
    "offer.",
)

AVERAGE = Archetype(
    "Average",
    "Close to the average",
    (),
    "They are close to the average in all that was looked at.",
    "Serve them with the regular offer; nothing here asks for one of their own.",
)

# What to do about the strongest fact where no archetype fits: theme -> (when high, when low).
THEME_ADVICE: dict[str, tuple[str, str]] = {
    "income": (
        "Show them the better range; price is not what decides here.",
        "Offer good value and small steps.",
    ),
    "score": (
        "Tell them first about what is new, and reward their loyalty.",
        "Find the one offer that brings them in, before you spend on reach.",
    ),
    "spend": (
        "Look after them in person: they bring in more than others.",
        "Make the next purchase easy with a small bundle.",
    ),
    "savings": (
        "Speak of quality that lasts and of buying ahead.",
        "Offer small amounts and clear prices.",
    ),
    "age": (
        "Show them what is proven, and offer a person to talk to.",
        "Show them what is new, and make it easy on a phone.",
    ),
    "birth": (
        "Show them what is new, and make it easy on a phone.",
        "Show them what is proven, and offer a person to talk to.",
    ),
    "recency": (
        "Write once with a reason to return.",
        "They were here lately: follow up with what goes with their purchase.",
    ),
    "frequency": (
        "Thank them for coming often, and ask for a review.",
        "Give them a reason for a second visit.",
    ),
    "children": (
        "Offer family packs, and plan around school terms.",
        "Offer single portions and things for two.",
    ),
    "tenure": (
        "Say thank you for the years.",
        "Welcome them with a guide to the range.",
    ),
    "deals": (
        "Send them offers first.",
        "Keep discounts for others: they buy at full price.",
    ),
    "web": ("Reach them online.", "Reach them away from the web shop."),
    "visits": (
        "They look often: remind them of what they looked at.",
        "Do not rely on the web site to reach them.",
    ),
    "catalog": ("Keep sending the catalogue.", "Save the cost of the catalogue."),
    "store": ("Invite them to the store.", "Bring the store to them: delivery and advice online."),
    "basket": (
        "Offer sets and delivery that suit large baskets.",
        "Suggest one more thing that goes with what they buy.",
    ),
}

# Theme -> (high, low, higher than another segment, lower than another segment).
THEME_WORDS: dict[str, tuple[str, str, str, str]] = {
    "age": ("Older", "Younger", "older", "younger"),
    "birth": ("Younger", "Older", "younger", "older"),
    "income": ("High income", "Low income", "higher income", "lower income"),
    "savings": ("High savings", "Low savings", "higher savings", "lower savings"),
    "score": ("High spending", "Low spending", "spending more", "spending less"),
    "spend": ("High spend", "Low spend", "spending more", "spending less"),
    "recency": ("Not seen lately", "Seen recently", "away for longer", "seen more recently"),
    "frequency": ("Frequent", "Infrequent", "more frequent", "less frequent"),
    "children": ("More children", "Fewer children", "more children", "fewer children"),
    "tenure": ("Long-standing", "Recently joined", "longer with you", "joined later"),
    "basket": ("Large baskets", "Small baskets", "larger baskets", "smaller baskets"),
    "deals": ("Many discounts", "Few discounts", "more discounts", "fewer discounts"),
    "web": ("Often online", "Seldom online", "more often online", "less often online"),
    "catalog": (
        "Often by catalogue",
        "Seldom by catalogue",
        "more by catalogue",
        "less by catalogue",
    ),
    "store": ("Often in store", "Seldom in store", "more often in store", "less often in store"),
}

# Theme -> (when high, when low), as what "they" do.
THEME_CLAUSES: dict[str, tuple[str, str]] = {
    "age": ("are older", "are younger"),
    "birth": ("are younger", "are older"),
    "income": ("have a high income", "have a low income"),
    "savings": ("have high savings", "have low savings"),
    "score": ("spend freely", "spend little"),
    "spend": ("spend a lot", "spend little"),
    "recency": ("have not been seen lately", "were seen recently"),
    "frequency": ("come often", "come seldom"),
    "children": ("have more children at home", "have fewer children at home"),
    "tenure": ("have been customers for longer", "joined more recently"),
    "basket": ("fill large baskets", "fill small baskets"),
    "deals": ("buy more on discount", "buy less on discount"),
    "web": ("buy more online", "buy less online"),
    "catalog": ("order more from the catalogue", "order less from the catalogue"),
    "store": ("buy more in the store", "buy less in the store"),
}
