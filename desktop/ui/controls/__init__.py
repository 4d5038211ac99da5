"""What every room is made of: fields, buttons, labels, lines that tell something, small dialogs."""
