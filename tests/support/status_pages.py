"""Documents of official status pages as they are served, names and ids replaced."""

from __future__ import annotations

from typing import Any

STATUSPAGE: dict[str, Any] = {
    "page": {
        "id": "tymt9n04zgry",
        "name": "Example",
        "url": "https://status.example.com",
        "time_zone": "Etc/UTC",
        "updated_at": "2026-11-20T10:12:00.000Z",
    },
    "components": [
        {
            "id": "k8w3r06qmzrp",
            "name": "API (api.example.com)",
            "status": "partial_outage",
            "created_at": "2023-07-11T17:56:51.190Z",
            "updated_at": "2026-11-20T10:00:00.123Z",
            "position": 3,
            "description": None,
            "showcase": True,
            "start_date": "2023-07-11",
            "group_id": None,
            "page_id": "tymt9n04zgry",
            "group": False,
            "only_show_if_degraded": False,
        }
    ],
    "incidents": [
        {
            "id": "rp3kzl0hqv8d",
            "name": "Elevated errors on API",
            "status": "investigating",
            "created_at": "2026-11-20T10:00:00.123Z",
            "updated_at": "2026-11-20T10:12:00.000Z",
            "monitoring_at": None,
            "resolved_at": None,
            "impact": "major",
            "shortlink": "https://stspg.io/x",
            "started_at": "2026-11-20T10:00:00.123Z",
            "page_id": "tymt9n04zgry",
            "incident_updates": [
                {
                    "id": "u1",
                    "status": "investigating",
                    "body": "We are investigating.",
                    "incident_id": "rp3kzl0hqv8d",
                    "created_at": "2026-11-20T10:00:00.123Z",
                }
            ],
            "components": [{"id": "k8w3r06qmzrp", "name": "API (api.example.com)"}],
            "reminder_intervals": None,
        }
    ],
    "scheduled_maintenances": [
        {
            "id": "m1",
            "name": "Database upgrade",
            "status": "in_progress",
            "impact": "maintenance",
            "scheduled_for": "2026-11-20T09:00:00.000Z",
            "scheduled_until": "2026-11-20T11:00:00.000Z",
            "components": [],
        },
        {
            "id": "m2",
            "name": "Next month's",
            "status": "scheduled",
            "impact": "none",
            "scheduled_for": "2026-12-20T09:00:00.000Z",
        },
    ],
    "status": {"indicator": "major", "description": "Partial System Outage"},
}
INCIDENT_IO: dict[str, Any] = {
    "page": {
        "id": "01JMDK9XYRB5FV4WBWJBFNDNWG",
        "name": "Example",
        "url": "https://status.example.com",
        "updated_at": "2026-11-20T10:12:00Z",
    },
    "status": {"description": "All Systems Operational", "indicator": "none"},
    "components": [{"id": "01JMXBRMFE6N2NNT7DG6XZQ6PW", "name": "Chat", "status": "operational"}],
    "incidents": [],
    "scheduled_maintenances": [],
}
INSTATUS: dict[str, Any] = {
    "page": {"name": "Example", "url": "https://status.example.com", "status": "HASISSUES"},
    "activeIncidents": [
        {
            "name": "Completions fail",
            "started": "2026-11-20T10:00:00.000Z",
            "status": "IDENTIFIED",
            "impact": "MAJOROUTAGE",
            "url": "https://status.example.com/cl1",
        }
    ],
    "activeMaintenances": [
        {
            "name": "Disks",
            "start": "2026-11-20T09:30:00.000Z",
            "status": "INPROGRESS",
            "duration": "60",
        }
    ],
}
