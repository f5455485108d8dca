"""input.nn of RuNNer and n2p2 -> its keywords, told apart by what they mean for the evaluation of a potential."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nnmanybody._core import nearest
from nnmanybody.errors import NNPError
from nnmanybody.interchange.text_input import Place, number, read_text
from nnmanybody.interchange.units import Units

ALIASES = {
    "nnp_generation": "nnp_type",
    "nnp_type_gen": "nnp_type",
    "nnp_gen": "nnp_type",
    "symfunction": "symfunction_short",
    "scale_min_short_atomic": "scale_min_short",
    "scale_max_short_atomic": "scale_max_short",
    "nn_type_short": "nnp_type_short",
    "nn_type": "nnp_type_short",
}

REPEATED = {
    "atom_energy",
    "element_activation_short",
    "element_hidden_layers_short",
    "element_nodes_short",
    "symfunction_short",
}
"""Keywords that may stand more than once."""

EVALUATION = REPEATED | {
    "center_symmetry_functions",
    "conv_energy",
    "conv_length",
    "cutoff_alpha",
    "cutoff_type",
    "elements",
    "global_activation_short",
    "global_hidden_layers_short",
    "global_nodes_short",
    "mean_energy",
    "nnp_type",
    "nnp_type_short",
    "normalize_nodes",
    "number_of_elements",
    "scale_max_short",
    "scale_min_short",
    "scale_symmetry_functions",
    "scale_symmetry_functions_sigma",
}
"""Keywords that the energy depends on."""

_SPELL_OUT = "write one symfunction_short line for each element and each pair of neighbor elements instead"
REFUSED = {
    "use_electrostatics": "electrostatics from atomic charges (3G, 4G) is not supported",
    "use_fixed_charges": "electrostatics from atomic charges is not supported",
    "symfunction_electrostatic": "networks for atomic charges (3G, 4G) are not supported",
    "element_symfunction_electrostatic": "networks for atomic charges (3G, 4G) are not supported",
    "global_symfunction_electrostatic": "networks for atomic charges (3G, 4G) are not supported",
    "use_vdw": "dispersion corrections are not supported; add them in LAMMPS with pair_style hybrid/overlay",
    "element_symfunction_short": _SPELL_OUT,
    "global_symfunction_short": _SPELL_OUT,
    "pairsymfunction_short": "pair networks are not supported",
    "element_pairsymfunction_short": "pair networks are not supported",
    "global_pairsymfunction_short": "pair networks are not supported",
}
"""Keywords that change the energy and that nothing here can do, with the reason."""

# Training, data sets, screen output, and what n2p2 reads for generations other than 2G only.
_WITHOUT_MEANING = """
analyze_composition analyze_error analyze_error_charge_step analyze_error_energy_step analyze_error_force_step
biasweights_max biasweights_min bond_threshold calculate_final_force calculate_forces calculate_hessian
calculate_stress charge_error_threshold charge_fraction charge_group check_forces check_input_forces conv_charge
data_clustering debug_mode detailed_timing detailed_timing_epoch detect_saturation dynamic_force_grouping
electrostatic_type element_activation_electrostatic element_activation_pair element_decoupled_forces_v2
element_decoupled_kalman element_hidden_layers_electrostatic element_hidden_layers_pair
element_nodes_electrostatic element_nodes_pair enable_on_the_fly_input energy_fraction energy_threshold
enforce_max_num_neighbors_atomic enforce_totcharge environment_analysis epochs ewald_alpha ewald_cutoff
ewald_kmax ewald_prec ewald_truncation_error_method find_contradictions fitting_unit fix_weights fixed_charge
fixed_gausswidth fixed_short_energy_error_threshold fixed_short_force_error_threshold force_energy_ratio
force_fraction force_grouping_by_structure force_threshold force_update_scaling force_weight four_pi_epsilon
global_activation_electrostatic global_activation_pair global_hidden_layers_electrostatic
global_hidden_layers_pair global_nodes_electrostatic global_nodes_pair gradient_adam_beta1 gradient_adam_beta2
gradient_adam_epsilon gradient_adam_eta gradient_eta gradient_type growth_mode initial_hardness
initialization_only ion_forces_only jacobian_mode joint_energy_force_update kalman_damp_charge
kalman_damp_force kalman_damp_short kalman_epsilon kalman_eta kalman_etamax kalman_etatau kalman_lambda_charge
kalman_lambda_short kalman_nue_charge kalman_nue_short kalman_q0 kalman_qmin kalman_qtau kalman_type
main_error_metric max_energy max_force md_mode memorize_symfunc_results mix_all_points
nguyen_widrow_weights_charge nguyen_widrow_weights_ewald nguyen_widrow_weights_short noise_charge noise_energy
noise_force normalize_data_set optmode_charge optmode_short_energy optmode_short_force parallel_mode
points_in_memory precondition_weights print_all_deshortdw print_all_dfshortdw print_all_electrostatic_weights
print_all_short_weights print_convergence_vector print_date_and_time print_force_components print_mad
print_sensitivity random_number_type random_seed read_kalman_matrices read_unformatted regularize_fit_param
remove_atom_energies remove_vdw_energies repeated_energy_update reset_kalman restrict_weights
rmse_threshold rmse_threshold_charge rmse_threshold_energy rmse_threshold_force rmse_threshold_trials
rmse_threshold_trials_charge rmse_threshold_trials_energy rmse_threshold_trials_force runner_mode
save_kalman_matrices scale_max_elec scale_max_short_pair scale_min_elec scale_min_short_pair
screen_electrostatics selection_mode selection_mode_charge selection_mode_energy selection_mode_force
separate_bias_ini_short separate_kalman_short short_energy_error_threshold short_energy_fraction
short_energy_group short_force_error_threshold short_force_fraction short_force_group
shuffle_weights_short_atomic steepest_descent_step_charge steepest_descent_step_energy_short
steepest_descent_step_force_short symfunction_correlation task_batch_size_charge task_batch_size_energy
task_batch_size_force test_fraction update_single_element update_strategy update_worst_charges
update_worst_short_energies update_worst_short_forces updater_type use_atom_charges use_atom_energies
use_damping use_gausswidth use_noisematrix use_old_scaling use_old_weights_charge use_old_weights_short
use_omp_mkl use_short_forces use_short_nn use_systematic_weights_electrostatic use_systematic_weights_short
vdw_screening vdw_type weight_analysis weights_max weights_min weightse_max weightse_min
write_binding_energy_only write_fit_statistics write_neuronstats write_symfunctions write_temporary_weights
write_traincharges write_trainforces write_trainlog write_trainpoints write_unformatted write_weights_epoch
"""
WITHOUT_MEANING = frozenset(_WITHOUT_MEANING.split())
"""Keywords that the energy of a 2G potential does not depend on."""

UNITS_COMMENT = "# written_in_units"
"""Begins the comment by which input.nn says what units it was written in; the two factors follow."""


class Entry(NamedTuple):
    """One keyword of input.nn: its name as it stands there, its arguments, its place."""

    name: str
    arguments: tuple[str, ...]
    place: Place


@dataclass
class Keywords:
    """Content of an input.nn.

    Attributes
    ----------
    entries : dict of keyword to its entries
        Those of EVALUATION, under their main names.
    without_meaning : list of Entry
        Those that the energy does not depend on, in the order of the file.
    notes : list of str
        What a user should know about the reading.
    written_in : Units, optional
        What the file itself says about its units.
    """

    path: Path
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    without_meaning: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written_in: Units | None = None

    def find(self, keyword: str) -> Entry | None:
        """Return the entry of a keyword, None when it is missing."""
        return self.entries[keyword][0] if keyword in self.entries else None

    def require(self, keyword: str, meaning: str) -> Entry:
        """Return the entry of a keyword.

        Raises
        ------
        NNPError
            If it is missing or has no argument.
        """
        entry = self.find(keyword)
        if entry is None:
            raise NNPError(f"{self.path}: the keyword {keyword} ({meaning}) is missing")
        if not entry.arguments:
            raise NNPError(f"{entry.place}: {keyword} ({meaning}) needs an argument")
        return entry

    def number(self, keyword: str, default: float | None = None) -> float:
        """Return the number behind a keyword."""
        if default is not None and keyword not in self.entries:
            return default
        entry = self.require(keyword, "a number")
        return number(entry.arguments[0], keyword, entry.place)


def read_keywords(path: Path) -> Keywords:
    """Read an input.nn.

    Raises
    ------
    NNPError
        If the file cannot be read, has a keyword twice, or one that is not supported; names the line.
    """
    keywords = Keywords(path)
    text = read_text(path, "the settings of a RuNNer or n2p2 potential")
    for line, raw in enumerate(text.splitlines(), start=1):
        place = Place(str(path), line)
        if raw.startswith(UNITS_COMMENT):
            keywords.written_in = _written_in(raw, place)
        words = raw.split("#", 1)[0].split("!", 1)[0].split()
        if words:
            _sort_in(keywords, Entry(words[0], tuple(words[1:]), place))
    _check_generation(keywords)
    return keywords


def _written_in(comment: str, place: Place) -> Units:
    words = comment.split()[2:]
    if len(words) != 2:
        raise NNPError(f"{place}: expected '{UNITS_COMMENT} cflength cfenergy', got '{comment}'")
    return Units(number(words[0], "cflength", place), number(words[1], "cfenergy", place), "stated in input.nn")


def _sort_in(keywords: Keywords, entry: Entry) -> None:
    keyword = ALIASES.get(entry.name, entry.name)
    if keyword in REFUSED:
        raise NNPError(f"{entry.place}: {entry.name}: {REFUSED[keyword]}")
    if keyword not in EVALUATION:
        if keyword not in WITHOUT_MEANING:
            known = sorted(EVALUATION | WITHOUT_MEANING | REFUSED.keys() | ALIASES.keys())
            keywords.notes.append(
                f"{entry.place}: '{entry.name}' is no keyword of n2p2 or RuNNer, which pass it over, as is done here "
                f"(nearest known: {nearest(entry.name, known)})"
            )
        keywords.without_meaning.append(entry)
        return
    earlier = keywords.entries.setdefault(keyword, [])
    if earlier and keyword not in REPEATED:
        if earlier[0].name != entry.name and earlier[0].arguments == entry.arguments:
            return  # the same said by two names, one for each program
        raise NNPError(
            f"{entry.place}: {entry.name} stands a second time, the first is {earlier[0].name} in line "
            f"{earlier[0].place.line}: remove one"
        )
    earlier.append(entry)


def _check_generation(keywords: Keywords) -> None:
    entry = keywords.find("nnp_type")
    # n2p2 takes the leading digits, so that 2, 2G and 2G-HDNNP are the same.
    if entry is not None and not (entry.arguments and re.match(r"2(?!\d)", entry.arguments[0])):
        raise NNPError(
            f"{entry.place}: {' '.join((entry.name, *entry.arguments))}: only the second generation (2G-HDNNP, short "
            "range without charges) is supported"
        )
    entry = keywords.find("nnp_type_short")
    if entry is not None and entry.arguments != ("1",):
        raise NNPError(
            f"{entry.place}: {' '.join((entry.name, *entry.arguments))}: only atomic networks (1) are supported, "
            "no pair networks"
        )
