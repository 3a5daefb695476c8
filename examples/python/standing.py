"""Asks a Xince register for a standing, with nothing but Debian's python3-grpcio.

usage: standing.py ADDRESS SUBJECT DAY      standing.py 127.0.0.1:7300 firms/9132… 2026-06-30
"""

import pathlib
import subprocess
import sys
import tempfile

import grpc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def make_messages():
    """Makes the Python modules of all protos on the spot, to be imported afterwards."""
    out = tempfile.mkdtemp(prefix="xince-protos-")
    everything = [str(path.relative_to(PROTO)) for path in PROTO.rglob("*.proto")]
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={out}", *everything], check=True)
    sys.path.insert(0, out)


def main():
    address, subject, day = sys.argv[1:]
    make_messages()
    from xince.credit.v1 import credit_pb2  # made just now

    with grpc.insecure_channel(address) as channel:
        get_standing = channel.unary_unary(
            "/xince.credit.v1.CreditService/GetStanding",
            request_serializer=credit_pb2.GetStandingRequest.SerializeToString,
            response_deserializer=credit_pb2.Standing.FromString,
        )
        standing = get_standing(
            credit_pb2.GetStandingRequest(subject=subject, as_of=day), timeout=5
        )
    record = standing.record
    print(f"{standing.display_name}  {record.score_hundredths / 100:.2f}  {standing.as_of}")
    for restriction in record.restrictions:
        print(f"  {restriction.zh}")


if __name__ == "__main__":
    main()
