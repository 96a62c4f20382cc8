package dev.berth.bpf;

/// A name for the position before the next instruction; it takes no space in the program.
///
/// @param name used by jumps; unique in its program
public record Label(String name) implements Cbpf, Ebpf {

    public Label {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a label needs a name");
        }
        if (name.equals(Cbpf.NEXT)) {
            throw new IllegalArgumentException("\"next\" always means the next instruction");
        }
    }

    @Override
    public int slots() {
        return 0;
    }

    @Override
    public String toString() {
        return name + ":";
    }
}
