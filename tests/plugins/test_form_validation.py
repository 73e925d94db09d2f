"""``<validate/>`` of XEP-0122: the examples of the text, and values that are checked by it."""

import pytest

from helixmpp import ClientXMPP, XMPPError
from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.plugins.xep_0004 import Form
from helixmpp.plugins.xep_0122 import XEP_0122, FormValidation
from helixmpp.plugins.xep_0122.datatypes import DATATYPES, parse_value
from helixmpp.plugins.xep_0122.patterns import compile_pattern
from helixmpp.xml import parse_one, serialize

NS = "http://jabber.org/protocol/xdata-validate"


@pytest.fixture
def checks() -> XEP_0122:
    return ClientXMPP("a@b.c", "x").register_plugin(XEP_0122)


def rule_of(inner: str, datatype: str = "xs:string") -> FormValidation:
    return FormValidation(xml=parse_one(f"<validate xmlns='{NS}' datatype='{datatype}'>{inner}</validate>"))


@pytest.mark.parametrize(
    ("datatype", "right", "wrong"),
    [
        (
            "xs:anyURI",
            ["http://a/b?c=%20", "cid:x@y", "", "http://é.example/"],
            ["a b", "<x>", "%zz", "a\\b"],
        ),
        ("xs:boolean", ["true", "0"], ["yes", ""]),
        ("xs:byte", ["-128", "127", " 5 "], ["-129", "128", "x", "", "1.0", "1_0"]),
        ("xs:date", ["2003-10-06"], ["2003-13-06", "06.10.2003", "2003-10-06T00:00:00Z"]),
        (
            "xs:dateTime",
            ["2003-10-06T11:22:00-07:00", "2003-10-06T11:22:00Z"],
            ["2003-10-06", "2003-10-06T11:22:00"],
        ),
        ("xs:decimal", ["-1.50", "+.5", "7."], ["1e3", "NaN", "Infinity", "1_0", "٣", ""]),
        ("xs:double", ["1e3", "INF", "NaN", "-.5"], ["inf", "1e99999", "x"]),
        ("xs:int", ["2147483647", "-2147483648"], ["2147483648"]),
        ("xs:integer", ["0", "+007", "9" * 64], ["1.0", "9" * 5000]),
        ("xs:language", ["en", "de-CH", "x-klingon"], ["", "e n", "toolonglanguage", "en-"]),
        ("xs:long", ["9223372036854775807"], ["9223372036854775808"]),
        ("xs:short", ["32767", "-32768"], ["32768"]),
        ("xs:string", ["", "x\ny"], []),
        ("xs:time", ["16:00:00", "16:00:00.5Z"], ["25:00:00", "4pm"]),
        ("xs:positiveInteger", ["1"], ["0"]),
        ("xs:nonNegativeInteger", ["0"], ["-1"]),
        ("xs:negativeInteger", ["-1"], ["0"]),
        ("xs:nonPositiveInteger", ["0"], ["1"]),
        ("xs:unsignedByte", ["255"], ["256", "-1"]),
        ("xs:unsignedShort", ["65535"], ["65536"]),
        ("xs:unsignedInt", ["4294967295"], ["4294967296"]),
        ("xs:unsignedLong", ["18446744073709551615"], ["18446744073709551616"]),
        ("x:my-own", ["anything", ""], []),
    ],
)
def test_datatypes(datatype: str, right: list[str], wrong: list[str]) -> None:
    for text in right:
        parse_value(datatype, text)
        rule_of("", datatype).check_values("text-single", [text])
    for text in wrong:
        with pytest.raises(ValueError, match=datatype):
            rule_of("<basic/>", datatype).check_values("text-single", [text])


def test_every_datatype_of_the_registry_is_there() -> None:
    registered = "anyURI byte date dateTime decimal double int integer language long short string time"
    assert {f"xs:{name}" for name in registered.split()} <= set(DATATYPES)


@pytest.mark.parametrize(
    ("datatype", "least", "most", "right", "wrong"),
    [
        (
            "xs:dateTime",
            "2003-10-05T00:00:00-07:00",
            "2003-10-24T23:59:59-07:00",
            ["2003-10-06T11:22:00-07:00", "2003-10-05T07:00:00Z"],
            ["2003-10-05T06:59:59Z", "2003-10-25T07:00:00Z"],
        ),
        ("xs:integer", "18", "120", ["18", "120"], ["17", "121"]),
        ("xs:integer", None, "5", ["-100", "5"], ["6"]),
        ("xs:integer", "5", None, ["5", "600"], ["4"]),
        ("xs:integer", None, None, ["5"], []),
        ("xs:integer", "x", "5", ["600"], []),
        ("xs:decimal", "0.1", "0.3", ["0.1", "0.30"], ["0.09", "0.31"]),
        ("xs:time", "08:00:00", "17:00:00Z", ["12:00:00Z", "12:00:00"], ["07:59:59Z"]),
        ("xs:string", "a", "b", ["zzz"], []),
        ("x:my-own", "a", "b", ["zzz"], []),
    ],
)
def test_ranges(
    datatype: str, least: str | None, most: str | None, right: list[str], wrong: list[str]
) -> None:
    rule = FormValidation()
    rule["datatype"] = datatype
    rule.set_range(True, least, most)
    rule = FormValidation(xml=parse_one(serialize(rule.xml)))
    assert rule["range"] == {"minimum": least, "maximum": most}
    rule.check_values("text-single", right)
    for text in wrong:
        with pytest.raises(ValueError, match="needed"):
            rule.check_values("text-single", [text])


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (
            "([0-9]{3})-([0-9]{2})-([0-9]{4})",
            ["123-12-1234"],
            ["123-12-12345", "x123-12-1234", "123-12-1234\n"],
        ),
        ("[[:alpha:]_][[:alnum:]_]*", ["a_1"], ["1a", "", "[:alpha:]"]),
        (r"[\d]+", ["\\d", "dd\\"], ["5"]),
        ("[]a]+", ["]a"], ["b"]),
        ("[^]a]+", ["b"], ["]", "a"]),
        ("[a-c-]+", ["a-c"], ["d"]),
        ("a|b", ["a", "b"], ["ab"]),
        (r"\.\d", [".5"], ["x5"]),
        ("[a&&b~|^-]", ["&", "~", "|", "^", "-"], ["c"]),
    ],
)
def test_patterns_are_run_where_it_was_said_so(pattern: str, right: list[str], wrong: list[str]) -> None:
    rule = FormValidation()
    rule["regex"] = pattern
    rule.check_values("text-single", right, unsafe_regex=True)
    for text in wrong:
        rule.check_values("text-single", [text])
        with pytest.raises(ValueError, match="form"):
            rule.check_values("text-single", [text], unsafe_regex=True)


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "(?:a)",
        "(?P<x>a)",
        r"(a)\1",
        "[[.a.]]",
        "[[:no:]]",
        "[a",
        "a\\",
        "a**",
        "a*+",
        "a*?",
        "a" * 257,
        "[z-a]",
        r"\p{L}",
    ],
)
def test_patterns_that_are_not_understood_are_as_basic(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_pattern(pattern)
    rule_of("", "xs:integer").check_values("text-single", ["5"], unsafe_regex=True)
    rule = rule_of("<regex/>", "xs:integer")
    rule["regex"] = pattern
    rule.check_values("text-single", ["5"], unsafe_regex=True)
    with pytest.raises(ValueError, match="xs:integer"):
        rule.check_values("text-single", ["x"], unsafe_regex=True)


def test_a_pattern_of_a_stranger_that_would_take_for_ever(checks: XEP_0122) -> None:
    form = Form()
    field = form.add_field("v", "text-single")
    field["validate"]["regex"] = "(a+)+b"
    answer = Form()
    answer.add_field("v", value="a" * 1000)
    answer.reply()
    assert checks.check(form, answer) == form.validate(answer) == {"v": "a" * 1000}
    checks.unsafe_regex = True
    answer["values"] = {"v": "a" * 1025}
    with pytest.raises(XMPPError, match="1024"):
        checks.check(form, answer)
    answer["values"] = {"v": "aab"}
    assert checks.check(form, answer) == {"v": "aab"}
    answer["values"] = {"v": "x"}
    with pytest.raises(XMPPError, match="not-acceptable"):
        checks.check(form, answer)
    assert checks.check(form, answer, unsafe_regex=False) == {"v": "x"}


@pytest.mark.parametrize(
    ("kind", "method", "values", "right"),
    [
        ("list-single", "<basic/>", ["holiday"], True),
        ("list-single", "<basic/>", ["other"], False),
        ("list-single", "", ["other"], False),
        ("list-single", "<open/>", ["other"], True),
        ("list-multi", "<open/>", ["other", "holiday"], True),
        ("list-multi", "<basic/><list-range min='1' max='2'/>", ["holiday", "reminder"], True),
        (
            "list-multi",
            "<basic/><list-range min='1' max='2'/>",
            ["holiday", "reminder", "appointment"],
            False,
        ),
        ("list-multi", "<basic/><list-range min='2'/>", ["holiday"], False),
        ("list-multi", "<open/><list-range max='1'/>", ["a", "b"], False),
        ("list-single", "<list-range min='2'/>", ["holiday"], True),
        ("list-single", f"<open xmlns='{'urn:x'}'/>", ["other"], False),
    ],
)
def test_options_and_how_many(
    checks: XEP_0122, kind: str, method: str, values: list[str], right: bool
) -> None:
    form = Form()
    field = form.add_field("c", kind, options=["holiday", "reminder", "appointment"])
    field["validate"] = rule_of(method).xml
    answer = Form()
    answer["type"] = "submit"
    answer.add_field("c", value=values)
    if right:
        checks.check(form, answer)
    else:
        with pytest.raises(XMPPError, match="field c"):
            checks.check(form, answer)


def test_lines_are_one_value_or_many(checks: XEP_0122) -> None:
    rule_of("<open/>", "xs:integer").check_values("text-multi", ["1", "2"])
    with pytest.raises(ValueError, match="xs:integer"):
        rule_of("<basic/>", "xs:integer").check_values("text-multi", ["1", "2"])


def test_one_method_at_a_time(checks: XEP_0122) -> None:
    rule = FormValidation()
    assert (rule["datatype"], rule.method, rule["basic"], rule["range"]) == (
        "xs:string",
        "basic",
        False,
        None,
    )
    rule.least, rule.most = 1, 3
    rule["basic"] = True
    rule["open"] = True
    assert (rule.method, rule["basic"], rule["open"]) == ("open", False, True)
    rule["range"] = {"minimum": 1, "maximum": None}
    assert (rule.method, rule["open"], rule["range"]) == ("range", False, {"minimum": "1", "maximum": None})
    rule["regex"] = "a+"
    assert (rule.method, rule["regex"], rule.least, rule.most) == ("regex", "a+", 1, 3)
    assert [child.tag.rpartition("}")[2] for child in rule.xml] == ["regex", "list-range"]
    for key in ("regex", "open", "basic", "range"):
        del rule[key]
    assert (rule.method, rule["regex"], len(rule.xml)) == ("basic", "", 1)
    for key, value in (
        ("regex", "\x00"),
        ("range", {"minimum": "\x00"}),
        ("datatype", "\x00"),
        ("least", -1),
    ):
        with pytest.raises(FieldValueError):
            rule[key] = value
    assert len(rule.xml) == 1


def test_a_wrong_number_of_values_from_the_wire() -> None:
    with pytest.raises(BadStanza):
        rule_of("<list-range min='-1'/>").check_values("list-multi", ["a"])
