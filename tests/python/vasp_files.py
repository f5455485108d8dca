"""Files of VASP, cut down to the lines that ASE reads, with the numbers of given structures."""

from __future__ import annotations


def vasprun(frames, energies, free_energies) -> str:
    """A vasprun.xml of several steps; forces from `REF_forces`."""
    symbols = frames[0].get_chemical_symbols()
    rows = "".join(f"<rc><c>{symbol}</c><c>1</c></rc>" for symbol in symbols)
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<modeling>\n<generator><i name="program">vasp</i></generator>\n'
    )
    text += f'<atominfo><atoms>{len(symbols)}</atoms><array name="atoms"><set>{rows}</set></array></atominfo>\n'
    text += '<kpoints><varray name="kpointlist"><v> 0 0 0 </v></varray>'
    text += '<varray name="weights"><v> 1 </v></varray></kpoints>\n'
    text += f'<structure name="initialpos">{_structure(frames[0])}</structure>\n'
    for atoms, energy, free_energy in zip(frames, energies, free_energies, strict=True):
        text += "<calculation><scstep><energy>"
        text += (
            f'<i name="e_fr_energy">{free_energy}</i><i name="e_wo_entrp">{energy}</i><i name="e_0_energy">{energy}</i>'
        )
        text += f"</energy></scstep><structure>{_structure(atoms)}</structure>"
        text += f'<varray name="forces">{_vectors(atoms.arrays["REF_forces"])}</varray>'
        text += f'<energy><i name="e_fr_energy">{free_energy}</i><i name="e_wo_entrp">{energy}</i>'
        text += f'<i name="e_0_energy">{energy}</i></energy></calculation>\n'
    return text + f'<structure name="finalpos">{_structure(frames[-1])}</structure>\n</modeling>\n'


def _structure(atoms) -> str:
    return (
        f'<crystal><varray name="basis">{_vectors(atoms.cell.array)}</varray></crystal>'
        f'<varray name="positions">{_vectors(atoms.get_scaled_positions(wrap=False))}</varray>'
    )


def _vectors(rows) -> str:
    return "".join("<v> " + " ".join(f"{value:.10f}" for value in row) + " </v>" for row in rows)


def outcar(frames, energies, free_energies) -> str:
    """An OUTCAR of several steps."""
    symbols = frames[0].get_chemical_symbols()
    kinds = list(dict.fromkeys(symbols))
    text = " vasp.6.3.0\n" + "".join(f" POTCAR:    PAW_PBE {kind} 05Jan2001\n" for kind in kinds) * 2
    text += f"   ions per type = {' '.join(str(symbols.count(kind)) for kind in kinds)}\n"
    text += f"   ISPIN  =      1    spin polarized calculation?\n   NIONS =  {len(symbols)}\n"
    for number, (atoms, energy, free_energy) in enumerate(zip(frames, energies, free_energies, strict=True), start=1):
        text += f"--------------------------------------- Iteration      {number}(   1)  ------------------\n"
        text += "      direct lattice vectors                 reciprocal lattice vectors\n"
        for row in atoms.cell.array:
            text += "  " + " ".join(f"{value:.9f}" for value in row) + "   0.0 0.0 0.0\n"
        text += "\n POSITION                                       TOTAL-FORCE (eV/Angst)\n ------------\n"
        for position, force in zip(atoms.positions, atoms.arrays["REF_forces"], strict=True):
            text += " ".join(f"{value:.10f}" for value in (*position, *force)) + "\n"
        text += " ------------\n    total drift:  0.0 0.0 0.0\n\n"
        text += "  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)\n  ------------\n"
        text += f"  free  energy   TOTEN  = {free_energy:.8f} eV\n\n"
        text += f"  energy  without entropy= {energy:.8f}  energy(sigma->0) = {energy:.8f}\n\n"
    return text
