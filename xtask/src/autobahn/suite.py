"""Runs the cases of Autobahn's test suite for WebSockets against a server that sends back what it gets.

The suite (PyPI `autobahntestsuite`) is written in Python 2, which nobody ships any more. Its cases and what they
judge are taken as they are: translated by 2to3's heir (`fissix`), with division as it was, and with its strings,
which are bytes, as texts of the characters 0 to 255. What stands round them, the fuzzing client, is written anew here
on autobahn's own client.

    suite.py FOLDER URL        FOLDER holds the translation and is made when it is missing

It prints one line of JSON: the number of cases by how they behaved and how they closed, and the cases that
failed or closed uncleanly.
"""

import ast
import binascii
import builtins
import hashlib
import json
import pathlib
import sys
import types
from importlib import metadata, util

from autobahn.twisted.websocket import WebSocketClientFactory, WebSocketClientProtocol, connectWS
from autobahn.websocket.protocol import WebSocketProtocol
from autobahn.websocket.utf8validator import Utf8Validator
from twisted.internet import reactor

# What is run. Compression (12 and 13) is left to one case each: no server without it is asked for more.
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.1.1", "13.1.1"]
PASSED = {"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"}


def narrow(text):
    """A text of the suite as the bytes that it was."""
    return text.encode("latin-1") if isinstance(text, str) else text


def wide(data):
    """Bytes as the suite knows them."""
    return data.decode("latin-1")


def divide(left, right):
    """Division of Python 2."""
    whole = isinstance(left, int) and isinstance(right, int)
    return left // right if whole else left / right


class Validator:
    """autobahn's check of UTF-8."""

    def __init__(self):
        self.inner = Utf8Validator()

    def reset(self):
        self.inner.reset()

    def validate(self, text):
        return self.inner.validate(narrow(text))


class Division(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        name = ast.Name("divide_as_before", ast.Load())
        return ast.Call(name, [node.left, node.right], [])


def translate(source, path, tool):
    """One file of the suite, from Python 2 to 3."""
    text = source.decode("latin-1")
    for before, after in [
        ('.encode("utf-8")', '.encode("utf-8").decode("latin-1")'),
        (".encode('utf-8')", ".encode('utf-8').decode('latin-1')"),
        (".decode('utf-8')", ".encode('latin-1').decode('utf-8')"),
        ("(object, Case, )", "(Case, )"),
        ("from zope.interface import implements", "implements = lambda *_: None"),
        ("Utf8Validator()", "utf8_validator()"),
        ("# -*- coding", "# -*- was"),
        ("coding: utf-8", "was: utf-8"),
    ]:
        text = text.replace(before, after)
    tree = ast.parse(str(tool.refactor_string(text + "\n", path)))
    return ast.unparse(ast.fix_missing_locations(Division().visit(tree)))


def own_sum():
    """What the translation was made by."""
    return hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()


def make(folder):
    """Translates what holds the cases."""
    from fissix.refactor import RefactoringTool, get_fixers_from_package

    spec = util.find_spec("autobahntestsuite")
    suite = pathlib.Path(spec.submodule_search_locations[0])
    fixers = [name for name in get_fixers_from_package("fissix.fixes") if not name.endswith("_print_function")]
    files = sorted((suite / "case").glob("*.py")) + [suite / "caseset.py"]
    for file in files:
        target = folder / file.relative_to(suite)
        target.parent.mkdir(parents=True, exist_ok=True)
        # A tool for each file: it takes its place among its neighbours from the path.
        text = translate(file.read_bytes(), str(file), RefactoringTool(fixers))
        target.write_text(text, encoding="utf-8")
    (folder / "whole").write_text(own_sum())


def install_shims():
    """What the cases call, for their kind of strings."""
    builtins.divide_as_before = divide
    plain = binascii.b2a_hex
    binascii.b2a_hex = lambda data: wide(plain(narrow(data)))
    builtins.utf8_validator = Validator
    # Only the files of the compression cases are read by it.
    resources = types.ModuleType("pkg_resources")
    suite = pathlib.Path(util.find_spec("autobahntestsuite").submodule_search_locations[0])
    resources.resource_filename = lambda _, name: str(suite / name)
    sys.modules["pkg_resources"] = resources


class Client(WebSocketClientProtocol):
    """The fuzzing client: it does what a case asks for, however wrong, and keeps what came of it."""

    def connectionMade(self):
        self.connectionWasOpen = False
        self.createWirelog = False
        self.txFrameStats = {}
        WebSocketClientProtocol.connectionMade(self)

    def onOpen(self):
        self.connectionWasOpen = True
        self.runCase.onOpen()

    def onMessage(self, payload, isBinary):
        self.runCase.onMessage(wide(payload), isBinary)

    def onPong(self, payload):
        self.runCase.onPong(wide(payload))

    def onClose(self, wasClean, code, reason):
        self.runCase.onClose(wasClean, code, reason)

    def connectionLost(self, reason):
        WebSocketClientProtocol.connectionLost(self, reason)
        self.runCase.onConnectionLost(self.failedByMe)
        self.factory.judge(self.runCase)

    def enableWirelog(self, enable):
        self.createWirelog = enable

    def later(self, delay, what):
        def do():
            if self.state != WebSocketProtocol.STATE_CLOSED:
                what()

        reactor.callLater(delay, do)

    def continueLater(self, delay, fun, tag=None):
        self.later(delay, fun)

    def killAfter(self, delay):
        self.later(delay, self.failConnection)

    def closeAfter(self, delay):
        self.later(delay, self.sendClose)

    def sendFrame(self, opcode, payload=b"", fin=True, rsv=0, mask=None, payload_len=None, chopsize=None, sync=False):
        self.txFrameStats[opcode] = self.txFrameStats.get(opcode, 0) + 1
        payload = narrow(payload)
        if payload_len is not None:
            payload = (payload * (payload_len // len(payload) + 1))[:payload_len]
        WebSocketClientProtocol.sendFrame(self, opcode, payload, fin, rsv, mask, None, chopsize, sync)

    def sendMessage(self, payload, isBinary=False, fragmentSize=None, sync=False, doNotCompress=False):
        WebSocketClientProtocol.sendMessage(self, narrow(payload), isBinary, fragmentSize, sync, doNotCompress)

    def sendMessageFrameData(self, payload, sync=False):
        return WebSocketClientProtocol.sendMessageFrameData(self, narrow(payload), sync)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        WebSocketClientProtocol.sendCloseFrame(self, code, narrow(reasonUtf8), isReply)

    def dropConnection(self, abort=False):
        # The suite's own client asks for nothing more here; a case may be over already.
        if self.state != WebSocketProtocol.STATE_CLOSED:
            WebSocketClientProtocol.dropConnection(self, abort)


class Fuzzer(WebSocketClientFactory):
    """One connection a case, one after the other."""

    noisy = False

    def __init__(self, url, cases, report):
        WebSocketClientFactory.__init__(self, url, useragent="AutobahnTestSuite")
        self.setProtocolOptions(failByDrop=False)
        self.cases = iter(cases)
        self.report = report
        self.judged = True

    def buildProtocol(self, addr):
        client = Client()
        client.factory = self
        self.resetProtocolOptions()
        self.setProtocolOptions(failByDrop=False)
        client.runCase = self.case(client)
        return client

    def judge(self, case):
        self.judged = True
        self.report(self.name, case)

    def next(self):
        if not self.judged:
            raise SystemExit(f"case {self.name} was not judged")
        following = next(self.cases, None)
        if following is None:
            reactor.stop()
            return False
        self.name, self.case = following
        self.judged = False
        return True

    def clientConnectionLost(self, connector, reason):
        if self.next():
            connector.connect()

    def clientConnectionFailed(self, connector, reason):
        print(reason.getErrorMessage(), file=sys.stderr)
        reactor.stop()


def main(folder, url):
    folder = pathlib.Path(folder)
    install_shims()
    mark = folder / "whole"
    if not mark.exists() or mark.read_text() != own_sum():
        make(folder)
    sys.path.insert(0, str(folder))
    import case
    import caseset

    # Equal things may be pickled differently; the suite compares pickles.
    case.case.Case.compare = lambda self, one, other: one == other
    cases = caseset.CaseSet(
        case.CaseSetname, case.CaseBasename, case.Cases, case.CaseCategories, case.CaseSubCategories
    )
    names = cases.parseSpecCases({"cases": CASES, "exclude-cases": []})
    told = {"cases": len(names), "behaviour": {}, "close": {}, "wrong": [], "not_run": []}
    seen = []

    def report(name, done):
        seen.append(name)
        for key, value in [("behaviour", done.behavior), ("close", done.behaviorClose)]:
            told[key][value] = told[key].get(value, 0) + 1
        if done.behavior not in PASSED or done.behaviorClose not in PASSED:
            told["wrong"].append([name, done.behavior, done.behaviorClose, done.result, done.resultClose])

    fuzzer = Fuzzer(url, [(name, cases.CasesById[name]) for name in names], report)
    if fuzzer.next():
        connectWS(fuzzer)
        reactor.run()
    told["not_run"] = [name for name in names if name not in seen]
    told["versions"] = {name: metadata.version(name) for name in ["autobahntestsuite", "autobahn"]}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
