"""A process for tests: `python -m tests.fakes.kit_echo_worker NUMBER` says back what it is told, or does as told."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import time

from kit.worker_process import Channel, WorkerGoneError


def main() -> None:
    channel = Channel.of_this_worker()
    try:
        while True:
            message = channel.receive()
            match message.head.get("do"):
                case "die":
                    os.kill(os.getpid(), signal.SIGABRT)
                case "exit":
                    sys.exit(7)
                case "environment":
                    channel.send({"names": sorted(os.environ)})
                case "sleep":
                    time.sleep(600)
                case "boast":
                    end = socket.socket(fileno=os.dup(int(sys.argv[-1])))
                    end.sendall(struct.pack(">II", 4_000_000_000, 4_000_000_000))
                case "babble":
                    end = socket.socket(fileno=os.dup(int(sys.argv[-1])))
                    end.sendall(struct.pack(">II", 4, 0) + b"\x80\x04N.")
                case _:
                    channel.send(message.head, message.body)
    except WorkerGoneError:
        return


if __name__ == "__main__":
    main()
