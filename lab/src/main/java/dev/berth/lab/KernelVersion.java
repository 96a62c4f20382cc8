package dev.berth.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The first two numbers of a kernel release.
record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})\\.(\\d{1,5}).*");

    static KernelVersion parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new ArgumentException(
                    "needs",
                    "\"" + text + "\" is not a kernel version; write for example linux 5.14");
        }
        return new KernelVersion(
                Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return major != other.major
                ? Integer.compare(major, other.major)
                : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
