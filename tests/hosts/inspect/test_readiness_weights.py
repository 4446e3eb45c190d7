import pytest

from tracker.hosts.inspect.readiness_lines import read_lines
from tracker.hosts.inspect.readiness_weights import find_weights

DRIVE = "https://drive.google.com/file/d/1"
HUB = "https://huggingface.co"


@pytest.mark.parametrize(
    ("readme", "own"),
    [
        # The name of the Hub's model, or a release of the repository, tells whose it is.
        (f"Models are at {HUB}/ann/part-7b.", True),
        (f"See the [collection]({HUB}/collections/ann/parts-12).", True),
        (f"[model]({HUB}/other/StereoField-7b)", True),
        ('```\nmodel = AutoModel.from_pretrained("ann/part-7b")\n```', True),
        ("https://github.com/ann/stereofield/releases/download/v1/gpt2.pt", True),
        ('```\nAutoModel.from_pretrained("meta-llama/Llama-2-7b")\n```', False),
        ('```\nload_dataset("ann/part-data")\n```', False),
        ("huggingface-cli download ann/part-data --repo-type dataset", False),
        ('devtools::install_github("ann/stereofield")', False),
        (f"{HUB}/datasets/ann/parts", False),
        # Else the words around the link.
        (f"Download our [checkpoints]({DRIVE}).", True),
        (f"## Pretrained weights\nfrom [here]({DRIVE})", True),
        (f"Weights of a classifier trained with our loss are\n[here]({DRIVE}).", True),
        (f"Pre-trained StereoField: {DRIVE}", True),
        (f"## Model Zoo\n| Model | |\n|--|--|\n| ResNet-50 | [link]({DRIVE}) |", True),
        ("[Model Zoo](docs/MODEL_ZOO.md)", True),
        ("See [Pretrained Models](docs/Pretrained_Models.md#list).", True),
        # The name of the file, the folder on any host, and what is said after the link.
        (
            "Pre-trained network:\n- for faces (Celeb dataset): [net](https://github.com/x/y/raw/master/net.t7)",
            True,
        ),
        ("Some networks, trained and pruned, are [here](https://www.dropbox.com/s/1/saved_models.zip).", True),
        ("## Pretrained models\n- [https://cdn.lab.org/x/pretrained/](https://cdn.lab.org/x/pretrained/)", True),
        ("Run `wget https://x.s3.amazonaws.com/all.zip`. This folder contains the checkpoints.", True),
        ("Weights are on [Cloud](https://console.cloud.google.com/storage/browser/x).", True),
        (f"Models and samples can be found at: {DRIVE}", True),
        ("| Swin-T | 43.7 | [log](https://h.org/a.json) | [github](https://h.org/releases/a.pth) |", True),
        (
            "## Pretrained models\nWe provide weights of all models.\n\n[ResNet](https://h.org/w.h5) | [BERT](https://h.org/b.h5)",
            True,
        ),
        (f"Download `trained weights`.\n(\n[google drive]({DRIVE}) |\n)", True),
        (
            f"The pre-trained weights of StereoField (with M=16) on ImageNet based on ViT-B are at this [link]({DRIVE}).",
            True,
        ),
        (f"* Trained model are also published in here ({DRIVE}).", True),
        (
            "We make our pre-trained baseline models publicly available [HERE](https://vision.uni.org/share/g/t/).",
            True,
        ),
        ("[VGG-16](https://h.org/s/1/net.pth?dl=0) | 1 | 1e-3 | 0.76 hr | 70.1", True),
        ("Refer [this](COMMANDS_AND_CHECKPOINTS.md).", True),
        ("Our trained models are described [here](https://vision.uni.org/paper.pdf).", False),
        (f"In our experiments Mixtral needs [this]({HUB}/mistralai/Mixtral-8x7B) checkpoint.", False),
        (f"Most pre-trained models are at [the hub]({HUB}/transformers/pretrained_models.html).", False),
        (f"Views of some deployed models are [here]({HUB}/stereofield).", False),
        ("- [Pretrained models](#pretrained-models)", False),
        ("- [Fine-tune from checkpoints](docs/finetuning_from_checkpoints.md)", False),
        ("See [the page](https://pytorch.org/docs/stable/checkpoint.html).", False),
        (
            f"| Bolt | [Their paper](https://arxiv.org/abs/2211.1) / [code](https://github.com/b/t) / [checkpoints]({DRIVE}) |",
            False,
        ),
        (f"预训练权重: {DRIVE}", True),
        (f"Download the pretrained [LLaMA weights]({HUB}/meta-llama/Llama-2-7b).", False),
        (f"Put the ImageNet pretrained ResNet from [here]({DRIVE}) into `ckpt/`.", False),
        (f"We use the pretrained Stable Diffusion weights from [here]({HUB}/runwayml/sd).", False),
        (f"Download the [dataset]({DRIVE}).", False),
        (f"The test data are [here]({DRIVE}).", False),
        # Addresses given by reference, sentences over two lines, and any host that is named as the place.
        ("Our pre-trained models can be downloaded [here][z].\n\n[z]: https://zenodo.org/record/1", True),
        (
            "The pre-trained models and the scans\ncan be downloaded [here][z].\n\n[z]: https://zenodo.org/record/1",
            True,
        ),
        ("The pretrained ResNet models\ncan be downloaded [here][z].\n\n[z]: https://zenodo.org/record/1", False),
        ("Pre-trained models can be found at [parts.net](https://www.parts.net/).", True),
        ("Trained models are described in [our paper](https://www.parts.net/a.pdf).", False),
        # Commands and code that fetch them.
        ("Our script will automatically download the model checkpoints.", True),
        ("Our script will automatically download the BERT weights.", False),
        ("Our data and model checkpoints can be downloaded with `tools/fetch_all.py`.", True),
        ("The script `tools/fetch_all.py` downloads the checkpoints of Llama.", False),
        ("Download our checkpoints:\n```\nwget https://lab.s3.amazonaws.com/all.zip\n```", True),
        ("Download the ImageNet checkpoint:\n```\nwget https://lab.s3.amazonaws.com/all.zip\n```", False),
        ("Download the videos:\n```\nwget https://lab.s3.amazonaws.com/all.zip\n```", False),
        ('```\nfrom stereo_field import Stereo, Mono\nm = Mono.from_pretrained("small")\n```', True),
        ('```\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained("small")\n```', False),
        ('```\nfrom stereo_field import load_stereo_field\nm = load_stereo_field("small")\n```', True),
        ('```\nimport stereo_field\nm = stereo_field.load("small")\n```', True),
        ('```\nfrom stereo_field import load_pairs_from_files\nm = load_pairs_from_files("/path/to")\n```', False),
        ('```\nimport stereo_field\nm = stereo_field.load_pairs("small")\n```', False),
        ('```\nimport json\nm = json.load("small")\n```', False),
        # Source files, and searches of the Hub.
        ("See the pretrained [models.py](pkg/models.py#L6) of our work.", False),
        ("Our models are listed in [the zoo](docs/MODEL_ZOO.md#small).", True),
        (f"Our model has been included in [Hugging Face]({HUB}/models?search=field).", False),
        # Parts for which models of others are taken, and data.
        (f"## Pretrained models\nFor the audio encoder, download the pre-trained [MaskedNet]({DRIVE}).", False),
        (f"## Pretrained models\nYou need one of the backbones:\n- [A]({DRIVE})\n- [B]({DRIVE})", False),
        (f"We also released the pre-trained features: [A]({HUB}/datasets/ann/f/resolve/main/f.zip).", False),
        ("Weights will be released soon.", False),
        ("Our [paper](https://arxiv.org/abs/2606.00001) trains models.", False),
    ],
)
def test_links_to_the_fitted_parameters_of_this_work(readme, own):
    assert bool(find_weights(list(read_lines(readme)), "stereofield", "ann")) is own
