"""Asks a site on this machine by HTTP/3 alone: SITE PATH FILE-OF-THE-AUTHORITY. Prints the status and the version."""

import sys

import niquests

site, path, authority = sys.argv[1:]
resolver = f"in-memory://default?hosts={site}:127.0.0.1"
with niquests.Session(resolver=resolver, disable_http1=True, disable_http2=True, disable_ipv6=True) as session:
    session.trust_env = False
    answer = session.get(f"https://{site}{path}", verify=authority, timeout=20, allow_redirects=False)
    print(answer.status_code, answer.http_version)
