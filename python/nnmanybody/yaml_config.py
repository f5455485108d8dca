"""A YAML file -> a checked, frozen pydantic object; every mistake named with its file, line and key."""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args, get_origin

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo

from nnmanybody.errors import NNPError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """Paths of a file count from the folder it lies in."""
    return Path((info.context or {}).get("folder", "")) / path


def _tuple(value: object) -> object:
    return [value] if isinstance(value, str | Path) else value


FilePath: TypeAlias = Annotated[Path, AfterValidator(_beside_the_file)]
FilePaths: TypeAlias = Annotated[tuple[FilePath, ...], BeforeValidator(_tuple)]


class Section(BaseModel):
    """A section of the file: frozen, and without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def load_yaml(path: str | Path, model: type[Model]) -> Model:
    """Read a YAML file into `model`.

    Parameters
    ----------
    path : path
    model : subclass of pydantic.BaseModel
        Gets the folder of the file as validation context `folder`.

    Returns
    -------
    instance of model

    Raises
    ------
    NNPError
        If the file is missing, is not YAML, repeats a key, or does not fit the model. An unknown
        key or choice comes with the nearest known one.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NNPError(f"{path}: cannot read the configuration: {error.strerror}") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise NNPError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(root, yaml.MappingNode):
        raise NNPError(f"{path}: expected `key: value` lines, got {type(content).__name__}")
    _refuse_repeated_keys(root, path)
    try:
        return model.model_validate(content, context={"folder": path.parent})
    except ValidationError as error:
        items = _without_other_members(error.errors(include_url=False), root)
        raise NNPError("\n".join(_describe(item, path, root, model) for item in items)) from None


def nearest(word: str, known: Sequence[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or the list of them all."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else f"; known are: {', '.join(known)}"


def _refuse_repeated_keys(node: yaml.Node, path: Path) -> None:
    """PyYAML would silently keep the last of two equal keys."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                raise NNPError(f"{path}:{key.start_mark.line + 1}: the key {key.value!r} is there twice")
            seen.add(key.value)
            _refuse_repeated_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_repeated_keys(item, path)


def _without_other_members(items: Sequence[Any], root: yaml.Node) -> list[Any]:
    """Leave out the complaints of those members of a union that were not meant.

    Of `activation: tahn`, which may be a name or a list of names, only the unknown name is of use.
    """

    def keys(item: Any) -> tuple[str, ...]:  # noqa: ANN401 (pydantic's)
        return tuple(_find(root, item["loc"])[1])

    names = {keys(item) for item in items if item["type"] == "literal_error" and isinstance(item["input"], str)}
    kept = [item for item in items if item["type"] == "literal_error" or keys(item) not in names]
    no_names = {keys(item) for item in kept if item["type"] != "literal_error"}
    return [
        item
        for item in kept
        if isinstance(item["input"], str)
        or item["type"] != "literal_error"
        or not any(other[: len(keys(item))] == keys(item) for other in no_names)
    ]


def _describe(item: Any, path: Path, root: yaml.Node, model: type[BaseModel]) -> str:  # noqa: ANN401 (pydantic's)
    """One validation error of pydantic as one line for the user."""
    location: Location = item["loc"]
    line, keys = _find(root, location)
    where = f"{path}:{line}: "
    section = ".".join(keys[:-1] if item["type"] == "extra_forbidden" else keys) or "the top level"
    if item["type"] == "extra_forbidden":
        word = str(location[-1])
        known = [name for owner in _models_at(model, location[:-1]) for name in owner.model_fields]
        return f"{where}[{section}] has no key {word!r}{nearest(word, known)}"
    if item["type"] == "missing":
        return f"{where}[{section}] needs the key {location[-1]!r}"
    if item["type"] == "literal_error" and isinstance(item["input"], str):
        choices = [part.strip(" '") for part in item["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f"{where}[{section}] cannot be {item['input']!r}{nearest(item['input'], choices)}"
    tag = str(item.get("ctx", {}).get("discriminator")).strip("'")
    if item["type"] == "union_tag_invalid":
        choices = [part.strip(" '") for part in item["ctx"]["expected_tags"].split(",")]
        return f"{where}[{section}] {tag} is {item['ctx']['tag']!r}" + nearest(item["ctx"]["tag"], choices)
    if item["type"] == "union_tag_not_found":
        return f"{where}[{section}] needs the key {tag!r}"
    message = item["msg"].removeprefix("Value error, ")
    return f"{where}[{section}] {message[0].lower()}{message[1:]}; got {item['input']!r}"


def _find(root: yaml.Node, location: Location) -> tuple[int, list[str]]:
    """Line of the deepest node on the way to `location`, and the keys that the file really has.

    A location of pydantic also names the chosen member of a union, which is no key.
    """
    node, line, keys = root, 1, []
    for part in location:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    node, line = value, key.start_mark.line + 1
                    keys.append(str(part))
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
            keys.append(str(part))
    return line, keys


def _models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    """Return the models whose keys are allowed at a location."""
    models = [model]
    for part in location:
        inner = [
            found
            for owner in models
            if part in owner.model_fields
            for found in _models_in(owner.model_fields[str(part)].annotation)
        ]
        tagged = [owner for owner in models if part in _tags(owner)]
        models = inner or tagged or models
    return models


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 (any type expression)
    """Yield the pydantic models that a type expression mentions."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        arguments = arguments[:1]
    for argument in arguments:
        yield from _models_in(argument)


def _tags(model: type[BaseModel]) -> set[str]:
    """Return the literal values of the fields that tell the members of a union apart."""
    return {
        str(value)
        for name in ("kind", "name")
        if name in model.model_fields and get_origin(model.model_fields[name].annotation) is Literal
        for value in get_args(model.model_fields[name].annotation)
    }


def named(key: str, default: str | None = None) -> BeforeValidator:
    """Let `optimizer: adam` stand for `optimizer: {name: adam}`, and the default for no name at all."""

    def expand(value: object) -> object:
        if isinstance(value, str):
            return {key: value.lower()}
        if isinstance(value, dict) and default is not None:
            return {key: default, **value}
        return value

    return BeforeValidator(expand)
