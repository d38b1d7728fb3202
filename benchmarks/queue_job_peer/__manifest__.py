{
    "name": "User.com by Jobs (peer of the benchmarks)",
    "summary": "The usual way: each write of a contact is one job of queue_job and one PUT",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "author": "usercom_connector contributors",
    "license": "LGPL-3",
    "depends": ["contacts", "queue_job"],
    "data": ["data/queue_job.xml"],
}
