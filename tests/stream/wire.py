"""What a server may say, as text."""

from base64 import b64encode
from xml.etree.ElementTree import Element

from helixmpp.jid import JID
from helixmpp.stream import Management, Registration, StreamConfig, TLSFacts
from helixmpp.stream.config import NEGOTIATION_LIMITS
from helixmpp.xml import Limits, parse_one

DOMAIN = "example.org"
ACCOUNT = "user@example.org"
PASSWORD = "pencil"
CHANNEL = b"\x05" * 32
FACTS = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", CHANNEL)
FACTS_UNBOUND = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", None)

NS_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
NS_TLS = "urn:ietf:params:xml:ns:xmpp-tls"
NS_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
NS_SESSION = "urn:ietf:params:xml:ns:xmpp-session"
NS_STREAMS = "urn:ietf:params:xml:ns:xmpp-streams"

HEADER = (
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
    "id='s1' from='example.org' version='1.0' xml:lang='en'>"
)
# XEP-0114 section 3, example 2.
COMPONENT_HEADER = (
    "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' "
    "from='plays.shakespeare.lit' id='3BF96D32'>"
)
FOOTER = "</stream:stream>"
STARTTLS = f"<starttls xmlns='{NS_TLS}'><required/></starttls>"
PROCEED = f"<proceed xmlns='{NS_TLS}'/>"
REGISTER = "<register xmlns='http://jabber.org/features/iq-register'/>"
BIND = f"<bind xmlns='{NS_BIND}'/>"
SESSION = f"<session xmlns='{NS_SESSION}'/>"
SESSION_OPTIONAL = f"<session xmlns='{NS_SESSION}'><optional/></session>"
BOUND = f"<iq type='result' id='bind'><bind xmlns='{NS_BIND}'><jid>user@example.org/r1</jid></bind></iq>"
SUCCESS = f"<success xmlns='{NS_SASL}'/>"

OUR_HEADER_CLEAR = (
    '<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" '
    'to="example.org" version="1.0" xml:lang="en">'
)
OUR_HEADER = (
    '<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams" '
    'to="example.org" from="user@example.org" version="1.0" xml:lang="en">'
)
OUR_STARTTLS = f'<starttls xmlns="{NS_TLS}"/>'
OUR_BIND = f'<iq type="set" id="bind"><bind xmlns="{NS_BIND}"/></iq>'
OUR_SESSION = f'<iq type="set" id="session"><session xmlns="{NS_SESSION}"/></iq>'


def features(*offers: str) -> str:
    return f"<stream:features>{''.join(offers)}</stream:features>"


def mechanisms(*names: str) -> str:
    return (
        f"<mechanisms xmlns='{NS_SASL}'>{''.join(f'<mechanism>{n}</mechanism>' for n in names)}</mechanisms>"
    )


def channel_bindings(*types: str) -> str:
    children = "".join(f"<channel-binding type='{each}'/>" for each in types)
    return f"<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>{children}</sasl-channel-binding>"


def base64(data: str | bytes) -> str:
    return b64encode(data.encode() if isinstance(data, str) else data).decode()


def challenge(data: str | bytes) -> str:
    return f"<challenge xmlns='{NS_SASL}'>{base64(data)}</challenge>"


def success(data: str | bytes) -> str:
    return f"<success xmlns='{NS_SASL}'>{base64(data)}</success>"


def failure(condition: str, text: str = "") -> str:
    return f"<failure xmlns='{NS_SASL}'><{condition}/>{f'<text>{text}</text>' if text else ''}</failure>"


def our_auth(mechanism: str, data: str) -> str:
    return f'<auth xmlns="{NS_SASL}" mechanism="{mechanism}">{base64(data) or "="}</auth>'


def our_response(data: str) -> str:
    return f'<response xmlns="{NS_SASL}">{base64(data)}</response>'


def stream_error(condition: str, content: str = "", text: str = "") -> str:
    words = f"<text xmlns='{NS_STREAMS}'>{text}</text>" if text else ""
    return f"<stream:error><{condition} xmlns='{NS_STREAMS}'>{content}</{condition}>{words}</stream:error>"


def our_error(condition: str) -> str:
    return f'<stream:error><{condition} xmlns="{NS_STREAMS}"/></stream:error></stream:stream>'


NONCE = "fyko+d2lbbFgONRv9qkxdawL"


def config(
    jid: str = ACCOUNT,
    password: str | None = PASSWORD,
    *,
    mechanisms: tuple[str, ...] | None = None,
    least_mechanism: str = "",
    resource: str = "",
    anonymous: bool = False,
    external: bool = False,
    require_tls: bool = True,
    unsafe_plain_without_tls: bool = False,
    nonce: str = NONCE,
    bind: bool = True,
    management: Management | None = None,
    negotiation_limits: Limits = NEGOTIATION_LIMITS,
    registration: Registration = Registration.NEVER,
) -> StreamConfig:
    """An account; its nonce is the one of RFC 5802 section 5."""
    return StreamConfig(
        jid=JID(jid),
        password=password,
        mechanisms=mechanisms,
        least_mechanism=least_mechanism,
        resource=resource,
        anonymous=anonymous,
        external=external,
        require_tls=require_tls,
        unsafe_plain_without_tls=unsafe_plain_without_tls,
        nonce=lambda: nonce,
        bind=bind,
        management=management,
        negotiation_limits=negotiation_limits,
        registration=registration,
    )


def asking(type_: str, content: str = "", *, id_: str = "r1", to: str = "example.org") -> Element:
    """A request for an account."""
    address = f" to='{to}'" if to else ""
    return parse_one(
        f"<iq xmlns='jabber:client' type='{type_}' id='{id_}'{address}><query xmlns='jabber:iq:register'>{content}"
        "</query></iq>"
    )
