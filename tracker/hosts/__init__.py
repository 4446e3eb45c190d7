"""What a link points to, and what is there. `HOSTS` stands in the order of asking; the page takes the rest."""

from tracker.hosts import (
    anon4open,
    bitbucket,
    doi,
    forgejo,
    gitee,
    github,
    gitlab,
    huggingface,
    kaggle,
    modelscope,
    osf,
    page,
    swh,
    zenodo,
)
from tracker.hosts.base import Host

HOSTS: tuple[Host, ...] = (
    github.HOST,
    huggingface.HOST,
    gitlab.HOST,
    forgejo.HOST,
    bitbucket.HOST,
    gitee.HOST,
    zenodo.HOST,
    osf.HOST,
    doi.HOST,
    swh.HOST,
    kaggle.HOST,
    modelscope.HOST,
    anon4open.HOST,
    page.HOST,
)
