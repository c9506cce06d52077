"""Does an ELF of a partition without FPU keep away from FPU and SIMD registers? Decoded with iced-x86, which is imported only then."""

from __future__ import annotations

from hyp.image.elf import PF_EXECUTE, Elf, Fault

_PREFIXES = (
    "FPU",
    "MMX",
    "SSE",
    "SSSE3",
    "AVX",
    "FMA",
    "AES",
    "PCLMULQDQ",
    "SHA",
    "F16C",
    "XOP",
    "D3NOW",
    "GFNI",
    "VAES",
    "VPCLMULQDQ",
    "AMX",
)
_HARMLESS = ("PREFETCH", "SFENCE", "LFENCE", "MFENCE", "MOVNTI")
"""Of the SSE family by name, yet without a vector register."""


def find_simd(elf: Elf) -> Fault | None:
    """A Fault that names the first instruction in an executable segment that uses FPU or SIMD state."""
    from iced_x86 import Code, CpuidFeature, Decoder, Formatter, FormatterSyntax, Mnemonic

    features = {value: name for name, value in vars(CpuidFeature).items() if isinstance(value, int)}
    mnemonics = {value: name for name, value in vars(Mnemonic).items() if isinstance(value, int)}
    verdicts: dict[int, bool] = {Code.INVALID: False}
    for segment in elf.loads:
        if not segment.flags & PF_EXECUTE:
            continue
        for instruction in Decoder(64, segment.data, ip=segment.virtual):
            code = instruction.code
            found = verdicts.get(code)
            if found is None:
                names = [features[f] for f in instruction.cpuid_features()]
                found = any(n.startswith(_PREFIXES) for n in names) and not mnemonics[instruction.mnemonic].startswith(_HARMLESS)
                verdicts[code] = found
            if found:
                text = Formatter(FormatterSyntax.INTEL).format(instruction)
                return Fault(
                    "ELF012",
                    f"the image uses FPU or SIMD registers at {instruction.ip:#x}: `{text}`",
                    "the partition has `fpu: false`, so these registers are not kept for it",
                    "compile with `-mgeneral-regs-only`, or remove `fpu: false`",
                )
    return None
