"""Carries an httpx client's requests on our own session, for SDKs that are built on httpx.

One road for all HTTP: the same deadline, the same judgement of answers, the same limits. A failure
leaves the SDK as the `SendError` that `workers.http` raised, because httpx passes on what it does
not know.
"""

import httpx

from workers import http


class Transport(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() not in {"accept-encoding", "connection", "host", "user-agent"}
        }
        answer = http.call(
            request.method, str(request.url), headers=headers, data=request.read() or None
        )
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.content)
