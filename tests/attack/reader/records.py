"""The messages of record.proto, compiled from the .proto files when needed."""
import pathlib
import subprocess
import sys
import tempfile

import google.protobuf

ROOT = pathlib.Path(__file__).resolve().parents[3]


def load():
    """Returns the modules (record_pb2, message_pb2, rule_version_pb2)."""
    with tempfile.TemporaryDirectory() as out:
        protos = [str(path.relative_to(ROOT / 'proto'))
                  for folder in ('v1', 'admin/v1', 'rules/v1', 'store/v1')
                  for path in (ROOT / 'proto/sluice' / folder).glob('*.proto')]
        protos.append('google/rpc/status.proto')
        subprocess.run(['protoc', '-I', 'proto', f'--python_out={out}',
                        *protos], cwd=ROOT, check=True)
        sys.path.insert(0, out)
        google.__path__.append(f'{out}/google')  # For google.rpc.
        try:
            from sluice.store.v1 import record_pb2
            from sluice.v1 import message_pb2
            from sluice.admin.v1 import rule_version_pb2
        finally:
            sys.path.remove(out)
    return record_pb2, message_pb2, rule_version_pb2


record_pb2, message_pb2, rule_version_pb2 = load()
