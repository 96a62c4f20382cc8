/// Reads TOML files whose mistakes are reported with their positions. It knows no file format.
@NullMarked
package dev.berth.toml;

import org.jspecify.annotations.NullMarked;
