package dev.berth.bpf;

/// A name for the place before the next instruction; it takes no room in the program.
///
/// @param name what jumps refer to; unique in its program
public record Label(String name) implements Classic, Extended {

    public Label {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a label needs a name");
        }
        if (name.equals(Classic.NEXT)) {
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
