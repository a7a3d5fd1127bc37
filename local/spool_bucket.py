"""Creates the spool bucket that a deployment would, on a Cloud Storage stand-in."""

import requests

_MALFORMED_DAYS = 14


def create_spool_bucket(url: str, *, project_id: str, name: str) -> None:
    """Create it: no soft delete, no versions, and only unreadable bodies grow old."""
    answer = requests.post(
        f"{url}/storage/v1/b",
        params={"project": project_id},
        json={
            "name": name,
            "iamConfiguration": {
                "uniformBucketLevelAccess": {"enabled": True},
                "publicAccessPrevention": "enforced",
            },
            "softDeletePolicy": {"retentionDurationSeconds": "0"},
            "lifecycle": {
                "rule": [
                    {
                        "action": {"type": "Delete"},
                        "condition": {"age": _MALFORMED_DAYS, "matchesPrefix": ["malformed/"]},
                    }
                ]
            },
        },
        timeout=10,
    )
    answer.raise_for_status()
