#!/usr/bin/env python3
"""A local S3: moto's server, which changes one object at a time.

usage: s3_server.py PORT      (needs: pip install 'moto[server]')

moto looks whether an object exists and writes it in two steps, so two requests with
`If-None-Match: *` could both write it. S3 lets one of them write.
"""
import os, sys, threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import MotoRequestHandler
from werkzeug.serving import run_simple


def main(port):
    os.environ["MOTO_PORT"] = port
    answer = DomainDispatcherApplication(create_backend_app)
    changing = threading.Lock()

    def answer_in_turn(environ, start_response):
        if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return answer(environ, start_response)
        with changing:
            return answer(environ, start_response)

    run_simple("127.0.0.1", int(port), answer_in_turn, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
